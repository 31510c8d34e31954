// For tests in Node: an interactive shell at a terminal of its own, with what is typed and what is seen.

import { decode, encode, type System } from "@vibengine/system";
import { testSystem } from "@vibengine/system/testing";
import { expect, onTestFinished } from "vitest";
import { programNames } from "../program-names.ts";
import { runShell } from "../shell.ts";
import { testHost } from "../testing.ts";

export const PROMPT = "$ ";

/** Starts `bash -i` at a terminal of its own. */
export function startInteractive(files: Record<string, string> = {}, argv = ["bash", "-i"], host = testHost) {
  const kernel = testSystem(16 * 1024 * 1024, programNames);
  const terminal: [number, number] = [0, 0];
  expect(kernel.openTerminal({ rows: 24, columns: 80 }, terminal)).toBe(0);
  const [tty, screen] = terminal;
  const sys = kernel.fork() as System;
  sys.setsid();
  const fd = sys.takeTerminal(tty);
  for (const to of [0, 1, 2]) sys.dup2(fd, to);
  if (fd > 2) sys.close(fd);
  for (const [path, text] of Object.entries(files)) {
    const parent = path.slice(0, path.lastIndexOf("/"));
    if (parent !== "") sys.mkdir(-100, encode(parent), 0o755);
    const file = sys.open(-100, encode(path), 0o1101, 0o644);
    sys.write(file, encode(text), 0, encode(text).length);
    sys.close(file);
  }
  const env = ["HOME=/home/user", "USER=user", `PS1=${PROMPT}`, "LC_ALL=C.UTF-8", "TERM=xterm-256color"];
  let status: number | undefined;
  const ended = runShell(sys, argv, env, host).then((result) => {
    status = result;
    sys.exit(result);
    return result;
  });
  onTestFinished(() => {
    if (status === undefined) kernel.kill(sys.pid, 9);
    return ended.then(
      () => {},
      () => {},
    );
  });
  const buffer = new Uint8Array(65_536);
  const decoder = new TextDecoder();
  let seen = "";
  let raw = "";
  const look = () => {
    for (;;) {
      const count = kernel.read(screen, buffer, 0, buffer.length);
      if (count <= 0) return;
      const text = decoder.decode(buffer.slice(0, count), { stream: true });
      seen += text;
      raw += text;
    }
  };
  /** Waits until the screen shows `wanted` behind what was waited for before; what it shows up to there, escapes removed. */
  const until = async (wanted: string): Promise<string> => {
    const deadline = Date.now() + 10_000;
    for (;;) {
      look();
      const plain = seen.replace(/\x1b\[[\d;?]*[A-Za-z]/g, "").replace(/\r+\n/g, "\r\n");
      const at = plain.indexOf(wanted);
      if (at >= 0) {
        seen = plain.slice(at + wanted.length);
        return plain.slice(0, at + wanted.length);
      }
      if (status !== undefined) throw new Error(`ended with ${status}, having shown ${JSON.stringify(plain)}`);
      if (Date.now() > deadline) throw new Error(`no ${JSON.stringify(wanted)} in ${JSON.stringify(plain)}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  /** Waits until something holds. */
  const when = async (holds: () => boolean): Promise<void> => {
    const deadline = Date.now() + 10_000;
    for (;;) {
      look();
      if (holds()) return;
      if (status !== undefined || Date.now() > deadline) throw new Error(`never so: ${JSON.stringify(raw)}`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  return {
    kernel,
    when,
    /** A file's text; nothing when it isn't there. */
    read(path: string): string {
      const file = kernel.open(-100, encode(path), 0, 0);
      if (file < 0) return "";
      const count = kernel.read(file, buffer, 0, buffer.length);
      kernel.close(file);
      return decode(buffer.slice(0, Math.max(count, 0)));
    },
    sys,
    ended,
    until,
    type: (text: string) => {
      const bytes = encode(text);
      expect(kernel.typeInto(tty, bytes)).toBe(bytes.length);
    },
    /** Types a line and gives what it printed. */
    async run(line: string): Promise<string> {
      const bytes = encode(`${line}\r`);
      kernel.typeInto(tty, bytes);
      await until(`${line}\r\n`);
      const output = await until(PROMPT);
      return output.slice(0, -PROMPT.length).replaceAll("\r", "");
    },
    resize: (columns: number) => kernel.resizeTerminal(tty, { rows: 24, columns }),
    /** All that the terminal was sent, escapes and all. */
    drawn: () => raw,
  };
}
