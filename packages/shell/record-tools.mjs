// Records what this machine's GNU tools print, for src/tools/tools.test.ts to replay: `node packages/shell/record-tools.mjs [FILE.txt …]`, as root, which
// runs the commands as uid 1000. Each src/tools/fixtures/*.txt holds command lines (with quotes, |, <, && and nothing else of
// the shell); each runs under bash in a fresh copy of fixtures/tree.json at /tmp/tools-scratch, in the C locale and UTC.
// Stored are the parsed line, stdout, stderr, the status, and what changed in the tree.

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

const fixtures = path.join(import.meta.dirname, "src/tools/fixtures");
const SCRATCH = "/tmp/tools-scratch";
const USER = 1000;
const tree = JSON.parse(fs.readFileSync(path.join(fixtures, "tree.json"), "utf8"));

const wanted = process.argv.slice(2);
for (const file of fs.readdirSync(fixtures).filter((name) => name.endsWith(".txt"))) {
  if (wanted.length > 0 && !wanted.includes(file)) continue;
  const cases = commandLines(fs.readFileSync(path.join(fixtures, file), "utf8")).map(record);
  const json = cases.map((one) => JSON.stringify(one)).join(",\n");
  fs.writeFileSync(path.join(fixtures, file.replace(/txt$/, "json")), `[\n${json}\n]\n`);
  console.log(`${file}: ${cases.length}`);
}
fs.rmSync(SCRATCH, { recursive: true, force: true });

/**
 * Splits a file into command lines; a newline inside quotes does not end one.
 * @param {string} text
 */
function commandLines(text) {
  const lines = [];
  let line = "";
  let quote = "";
  for (const character of text) {
    if (character === "\n" && !quote) {
      if (line.trim() && !line.startsWith("#")) lines.push(line);
      line = "";
      continue;
    }
    if (quote ? character === quote : !line.startsWith("#") && (character === "'" || character === '"'))
      quote = quote ? "" : character;
    line += character;
  }
  return lines;
}

/**
 * The parts of an && list: pipelines of words, the first command's stdin from a file or nowhere.
 * @param {string} line
 */
function parse(line) {
  /** @type {{ commands: string[][], stdin: string | null }[]} */
  const steps = [{ commands: [[]], stdin: null }];
  const token = /\s*(?:(&&)|(\|)|<\s*(\S+)|((?:'[^']*'|"(?:[^"\\]|\\.)*"|\\[^]|[^\s'"\\|<&]+)+))/gy;
  for (const [, and, pipe, input, word] of line.trim().matchAll(token)) {
    const step = steps[steps.length - 1];
    if (and) steps.push({ commands: [[]], stdin: null });
    else if (pipe) step.commands.push([]);
    else if (input) step.stdin = input;
    else step.commands[step.commands.length - 1].push(unquote(word));
  }
  return steps;
}

/** @param {string} word */
function unquote(word) {
  return word.replace(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\([^])/g,
    (_, single, double, escaped) => single ?? escaped ?? double.replace(/\\(["\\$`])/g, "$1"),
  );
}

/** @param {string} line */
function record(line) {
  makeTree();
  const before = snapshot();
  const { stdout, stderr, status, signal, error } = spawnSync("bash", ["-c", line], {
    cwd: SCRATCH,
    uid: USER,
    gid: USER,
    env: {
      PATH: "/usr/bin:/bin",
      LC_CTYPE: "C",
      LC_COLLATE: "C",
      LC_MESSAGES: "C.UTF-8",
      TERM: "xterm",
      TZ: "UTC",
      HOME: "/home/user",
    },
    input: "",
    timeout: 20000,
    maxBuffer: 1 << 26,
  });
  if (error) throw error;
  const after = snapshot();
  /** @type {Record<string, string | null>} */
  const changes = {};
  for (const name of Object.keys({ ...before, ...after }).sort()) {
    if (before[name] !== after[name]) changes[name] = after[name] ?? null;
  }
  return {
    line,
    steps: parse(line),
    status: status ?? 128 + os.constants.signals[/** @type {NodeJS.Signals} */ (signal)],
    stdout: binary(stdout),
    stderr: binary(stderr).replace(/^bash: line 1: /gm, ""),
    changes,
  };
}

/**
 * Bytes as a string of the same length.
 * @param {Buffer} bytes
 */
function binary(bytes) {
  return bytes.toString("latin1");
}

function makeTree() {
  fs.rmSync(SCRATCH, { recursive: true, force: true });
  fs.mkdirSync(SCRATCH);
  for (const { path: name, text, base64, dir, target } of tree) {
    const at = path.join(SCRATCH, name);
    if (dir) fs.mkdirSync(at);
    else if (target) fs.symlinkSync(target, at);
    else fs.writeFileSync(at, base64 ? Buffer.from(base64, "base64") : text);
  }
  for (const { path: name, mode, time } of [...tree].reverse()) {
    const at = path.join(SCRATCH, name);
    fs.lchownSync(at, USER, USER);
    if (mode !== undefined) fs.chmodSync(at, mode);
    fs.lutimesSync(at, time, time);
  }
  fs.chownSync(SCRATCH, USER, USER);
  fs.chmodSync(SCRATCH, 0o755);
}

/**
 * Path → "mode links content" of everything below.
 * @param {Record<string, string>} found
 */
function snapshot(directory = SCRATCH, found = {}) {
  for (const name of fs.readdirSync(directory)) {
    const at = path.join(directory, name);
    const stat = fs.lstatSync(at);
    const mode = (stat.mode & 0o7777).toString(8);
    const key = path.relative(SCRATCH, at);
    if (stat.isDirectory()) {
      found[key] = `${mode} dir`;
      fs.chmodSync(at, 0o755);
      snapshot(at, found);
      fs.chmodSync(at, stat.mode & 0o7777);
    } else if (stat.isSymbolicLink()) found[key] = `link ${fs.readlinkSync(at)}`;
    else found[key] = `${mode} ${stat.nlink} ${binary(fs.readFileSync(at))}`;
  }
  return found;
}
