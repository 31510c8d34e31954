// PYTHONHASHSEED: CPython's hashes follow from the first bytes it asks for, so a seed is served there. In an isolated build, which
// is what preview1 reactors are, the interpreter itself does not look at the environment. Called by exec.ts.

import { decode } from "@vibengine/system";
import type { WasiBinding } from "../wasi/index.ts";

/** What the secret of CPython's hashes takes: the one call of random_get that asks for so much when it starts. */
const SECRET_SIZE = 24;
const NAME = "PYTHONHASHSEED=";

type RandomGet = (buffer: number, length: number) => number;

/** Has the first `random_get` give the bytes that CPython would make of the seed in the environment, if there is one. */
export function seedHashes(
  { imports, guest }: Pick<WasiBinding, "imports" | "guest">,
  env: readonly Uint8Array[],
  argv: readonly Uint8Array[],
): void {
  const seed = seedOf(env);
  if (seed === undefined || ignoresEnvironment(argv)) return;
  let isFirst = true;
  const random = imports.random_get as RandomGet;
  imports.random_get = (buffer: number, length: number) => {
    const result = random(buffer, length);
    if (result === 0 && isFirst && length === SECRET_SIZE) guest.bytes.set(secret(seed), buffer >>> 0);
    isFirst = false;
    return result;
  };
}

function seedOf(env: readonly Uint8Array[]): number | undefined {
  const setting = env
    .map(decode)
    .find((item) => item.startsWith(NAME))
    ?.slice(NAME.length);
  return setting !== undefined && /^\d{1,10}$/.test(setting) && Number(setting) < 2 ** 32 ? Number(setting) : undefined;
}

/** `-E`, `-I` or `-R` among the options, which stand behind `-c` and the prelude that begins every interpreter. */
function ignoresEnvironment(argv: readonly Uint8Array[]): boolean {
  for (const word of argv.slice(3).map(decode)) {
    if (!/^-[^-]/.test(word)) return false;
    const [flags] = word.slice(1).split(/[cmWX]/, 1);
    if (/[EIR]/.test(flags)) return true;
    if (/[cm]/.test(word)) return false;
  }
  return false;
}

/** CPython's own expansion of a seed (`lcg_urandom` in Python/bootstrap_hash.c); 0 is all zeros. */
function secret(seed: number): Uint8Array {
  const bytes = new Uint8Array(SECRET_SIZE);
  let x = seed;
  for (let i = 0; seed !== 0 && i < SECRET_SIZE; i++) {
    x = (Math.imul(x, 214_013) + 2_531_011) >>> 0;
    bytes[i] = x >>> 16;
  }
  return bytes;
}
