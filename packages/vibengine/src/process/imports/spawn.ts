// spawn: the guest hands the kernel a request, and sleeps until it is answered.

import { decode, E2BIG, EFAULT } from "@vibengine/system";
import type { ProgramRequest } from "../../protocol.ts";
import { asking } from "../asking.ts";
import type { GuestMemory } from "../wasi/index.ts";
import type { Host } from "./index.ts";
import { giveResult, hasRoom, readString, readStrings } from "./memory.ts";

// struct vibengine_spawn
const PATH = 0;
const ARGV = 4;
const ENVP = 8;
const CWD = 12;
const ACTIONS = 16;
const ACTION_COUNT = 20;
const SIZE = 24;
const ACTION_SIZE = 8;

/** Arguments and environment together, as on Linux. */
const MOST_BYTES = 2 * 1024 * 1024;
/** More than a process has fds. */
const MOST_ACTIONS = 4096;

export function spawnImports({ sys, guest, waits, env, post }: Host) {
  const ask = asking({ sys, waits, post });
  return {
    spawn(at: number, pidOut: number): number {
      const request = readRequest(guest, at >>> 0, env);
      if (typeof request === "number") return request;
      if (!hasRoom(guest, pidOut)) return EFAULT;
      return giveResult(
        guest,
        pidOut,
        ask((id) => ({ type: "spawn", id, pid: sys.pid, request })),
      );
    },
  };
}

function readRequest(guest: GuestMemory, at: number, ownEnv: Uint8Array[]): ProgramRequest | number {
  if (!guest.has(at, SIZE)) return EFAULT;
  const field = (offset: number) => guest.view.getUint32(at + offset, true);
  const path = readString(guest, field(PATH));
  const argv = readStrings(guest, field(ARGV));
  const env = field(ENVP) === 0 ? ownEnv : readStrings(guest, field(ENVP));
  if (path === null || argv === null || env === null) return EFAULT;
  if ([...argv, ...env].reduce((sum, string) => sum + string.length + 1, 0) > MOST_BYTES) return E2BIG;
  const request: ProgramRequest = { path, argv: argv.map(decode), env: env.map(decode) };
  if (field(CWD) !== 0) {
    const cwd = readString(guest, field(CWD));
    if (cwd === null) return EFAULT;
    request.cwd = cwd;
  }
  const [actions, count] = [field(ACTIONS), field(ACTION_COUNT)];
  if (count > MOST_ACTIONS) return E2BIG;
  if (!guest.has(actions, count * ACTION_SIZE)) return EFAULT;
  request.actions = Array.from({ length: count }, (_, i) => [
    guest.view.getInt32(actions + i * ACTION_SIZE, true),
    guest.view.getInt32(actions + i * ACTION_SIZE + 4, true),
  ]);
  return request;
}
