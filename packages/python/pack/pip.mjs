// pip's tree: the wheel as pip itself would have installed it, with its bytecode in the place of its sources.

import { record } from "./wheels.mjs";

/** @typedef {(sources: Map<string, { source: Uint8Array, name: string }>) => Map<string, Uint8Array>} Compile */

/**
 * What pip runs by its path, as a script of its own, stays a source, too; certifi because its licence (MPL) asks for it.
 */
const KEPT_SOURCES = [
  /^pip\/__pip-runner__\.py$/,
  /^pip\/_vendor\/pyproject_hooks\/_in_process\/_in_process\.py$/,
  /^pip\/_vendor\/certifi\//,
];

/** Launchers for Windows, a worker for another platform, and the licences' second copies. */
const LEFT_OUT = [/\.exe$/, /\.js$/, /\.cdx\.json$/, /\.dist-info\/licenses\/src\//, /\.dist-info\/RECORD$/];

/**
 * @param {Map<string, () => Uint8Array>} wheel
 * @param {string} place where the tree is mounted
 * @param {Compile} compile
 * @returns {Map<string, Uint8Array>}
 */
export function installedPip(wheel, place, compile) {
  const files = new Map();
  const sources = new Map();
  let info = "";
  for (const [path, read] of wheel) {
    info ||= path.match(/^[^/]+\.dist-info/)?.[0] ?? "";
    if (LEFT_OUT.some((pattern) => pattern.test(path))) continue;
    const bytes = read();
    if (path.endsWith(".py")) sources.set(path, { source: bytes, name: `${place}/${path}` });
    if (!path.endsWith(".py") || KEPT_SOURCES.some((pattern) => pattern.test(path))) files.set(path, bytes);
  }
  for (const [path, code] of compile(sources)) files.set(`${path}c`, code);
  files.set(`${info}/INSTALLER`, Buffer.from("pip\n"));
  files.set(`${info}/RECORD`, record(files, `${info}/RECORD`));
  return files;
}
