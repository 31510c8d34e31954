// read. From a file a block is read and what is left over given back; from a pipe a byte at a time, so that
// the next command finds the rest.

import {
  decode,
  EAGAIN,
  EBADF,
  ECHO,
  EINTR,
  ETIMEDOUT,
  ICANON,
  type System,
  strerror,
  VMIN,
  VTIME,
} from "@vibengine/system";
import { after, type Status } from "../execute/control.ts";
import { finallyDo } from "../execute/run.ts";
import type { Shell } from "../execute/shell.ts";
import { runTraps } from "../execute/traps.ts";
import { characters } from "../expand/characters.ts";
import { parseLetters, splitAssignment } from "./usage.ts";

interface Wanted {
  fd: number;
  delimiter: number;
  /** A backslash quotes. */
  escapes: boolean;
  /** Characters at most; -1: no limit. */
  limit: number;
  /** -N: the delimiter does not end it. */
  exactly: boolean;
  deadline: number;
  /** A character is a byte. */
  bytes?: boolean;
  /** Keep NULs. */
  zeros?: boolean;
}

interface Taken {
  bytes: number[];
  ended: boolean;
  errno: number;
}

/** Whether a backslash came last, how many characters are whole, and how many bytes the one that is not still lacks. */
interface Progress {
  quoted: boolean;
  characters: number;
  left: number;
}

const BLOCK = 512;

/** A line without its newline, null at the end of the file. */
export async function readLine(shell: Shell, fd: number): Promise<string | null> {
  const taken = await take(shell, {
    fd,
    delimiter: 10,
    escapes: false,
    limit: -1,
    exactly: false,
    deadline: Number.POSITIVE_INFINITY,
  });
  return taken.ended && taken.bytes.length === 0 ? null : decode(Uint8Array.from(taken.bytes));
}

/** Reads up to the delimiter. Bytes that a backslash quoted come as 256 + byte. */
export function take(shell: Shell, wanted: Wanted): Taken | Promise<Taken> {
  const taken: Taken = { bytes: [], ended: false, errno: 0 };
  const seekable = shell.sys.lseek(wanted.fd, 0, 1) >= 0;
  const block = new Uint8Array(seekable ? BLOCK : 1);
  const state: Progress = { quoted: false, characters: 0, left: 0 };
  return fill(shell, wanted, taken, block, state);
}

function fill(shell: Shell, wanted: Wanted, taken: Taken, block: Uint8Array, state: Progress): Taken | Promise<Taken> {
  for (;;) {
    const count = shell.sys.read(wanted.fd, block, 0, block.length);
    if (count === -EAGAIN || count === -EINTR) return fillLater(shell, wanted, taken, block, state);
    if (accept(shell.sys, wanted, taken, block, count, state)) return taken;
  }
}

async function fillLater(
  shell: Shell,
  wanted: Wanted,
  taken: Taken,
  block: Uint8Array,
  state: Progress,
): Promise<Taken> {
  for (;;) {
    const count = await shell.sys.block(() => shell.sys.read(wanted.fd, block, 0, block.length), wanted.deadline);
    if (count === -EINTR) {
      await runTraps(shell);
      continue;
    }
    if (count === -ETIMEDOUT) {
      taken.errno = ETIMEDOUT;
      return taken;
    }
    if (accept(shell.sys, wanted, taken, block, count, state)) return taken;
  }
}

/** Takes in what was read; true if that is all. */
function accept(sys: System, wanted: Wanted, taken: Taken, block: Uint8Array, count: number, state: Progress): boolean {
  if (count <= 0) {
    taken.ended = true;
    taken.errno = count < 0 ? -count : 0;
    return true;
  }
  for (let i = 0; i < count; i++) {
    const byte = block[i];
    let done = false;
    if (state.quoted) {
      state.quoted = false;
      if (byte !== 10) taken.bytes.push(256 + byte);
      else state.characters--;
      if (byte !== 10 || wanted.exactly) done = false;
    } else if (wanted.escapes && byte === 92) {
      state.quoted = true;
      continue;
    } else if (byte === wanted.delimiter && !wanted.exactly) done = true;
    else if (byte !== 0 || wanted.zeros) taken.bytes.push(byte);
    if (!done && wanted.limit >= 0) {
      const goesOn = state.left > 0 && (byte & 0xc0) === 0x80;
      if (goesOn) state.left--;
      else state.left = wanted.bytes || byte < 0xc0 ? 0 : byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
      if (state.left === 0) done = ++state.characters >= wanted.limit;
    }
    if (done) {
      if (i + 1 < count) sys.lseek(wanted.fd, i + 1 - count, 1);
      return true;
    }
  }
  return false;
}

export function read(shell: Shell, argv: string[]): Status {
  const options = parseLetters(
    shell,
    argv,
    "rsea:d:n:N:p:t:u:i:",
    "read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]",
  );
  if (!options) return 2;
  const { values, rest } = options;
  for (const name of rest) {
    if (!splitAssignment(name) || name.includes("=")) {
      shell.complain(`read: \`${name}': not a valid identifier`);
      return 1;
    }
  }
  const unit = values.get("u");
  const fd = Number(unit ?? 0);
  if (unit && !(/^\d+$/.test(unit) && shell.sys.getFlags(fd) >= 0)) {
    const wrong = Number.isNaN(fd) ? " specification" : `: ${strerror(EBADF)}`;
    shell.complain(`read: ${unit}: invalid file descriptor${wrong}`);
    return 1;
  }
  const delimiter = values.get("d");
  const limit = Number(values.get("N") ?? values.get("n") ?? -1);
  const timeout = Number(values.get("t") ?? -1);
  if (!/^-1$|^\d+$/.test(String(limit)) || (limit < 0 && (values.has("n") || values.has("N")))) {
    shell.complain(`read: ${values.get("N") ?? values.get("n")}: invalid number`);
    return 1;
  }
  if (Number.isNaN(timeout) || (timeout < 0 && values.has("t"))) {
    shell.complain(`read: ${values.get("t")}: invalid timeout specification`);
    return 1;
  }
  if (timeout === 0) return isReady(shell, fd) ? 0 : 1;
  if (values.has("p") && shell.sys.isatty(fd)) shell.report(values.get("p") as string);
  if (limit === 0) return 0;
  const wanted: Wanted = {
    fd,
    delimiter: delimiter === undefined ? 10 : delimiter === "" ? 0 : delimiter.charCodeAt(0),
    escapes: !options.flags.has("r"),
    limit,
    exactly: values.has("N"),
    bytes: characters(shell, "é").length > 1,
    deadline: timeout > 0 ? performance.now() + timeout * 1000 : Number.POSITIVE_INFINITY,
  };
  const flags = (options.flags.has("s") ? ECHO : 0) | (limit > 0 || delimiter !== undefined ? ICANON : 0);
  const finish = (result: Taken) => {
    if (result.errno !== 0 && result.errno !== ETIMEDOUT)
      shell.complain(`read: read error: ${fd}: ${strerror(result.errno)}`);
    store(shell, result, rest, values.get("a"), values.has("N"));
    return result.errno === ETIMEDOUT ? 142 : result.ended ? 1 : 0;
  };
  return withoutModes(shell.sys, fd, flags, () => {
    const taken = take(shell, wanted);
    return after(taken, finish);
  });
}

/** Does something while a terminal's flags are off: -s shows nothing, -n and -d don't wait for the whole line. */
function withoutModes(sys: System, fd: number, flags: number, body: () => Status): Status {
  const termios = flags === 0 ? -1 : sys.tcgetattr(fd);
  if (typeof termios === "number") return body();
  const cc = [...termios.cc];
  if ((flags & ICANON) !== 0) [cc[VTIME], cc[VMIN]] = [0, 1];
  sys.tcsetattr(fd, { ...termios, lflag: termios.lflag & ~flags, cc });
  return finallyDo(body, () => {
    if (sys.isAlive) sys.tcsetattr(fd, termios);
  });
}

/** `read -t 0`: whether a read would not have to wait. */
function isReady(shell: Shell, fd: number): boolean {
  const state = { fd, wantRead: true, wantWrite: false, readable: false, writable: false };
  const all = { ...state, hangup: false, available: 0, error: 0 };
  return shell.sys.poll([all]) > 0 && (all.readable || all.hangup);
}

/** Characters of a line: quoted ones are set apart by lying above U+10FFFF. */
function store(shell: Shell, taken: Taken, names: string[], array: string | undefined, whole: boolean): void {
  const plain = decode(Uint8Array.from(taken.bytes, (byte) => byte & 255));
  const quoted = taken.bytes.some((byte) => byte > 255) ? quotedMask(taken.bytes, plain) : null;
  if (array !== undefined) {
    const fields = splitLine(shell, plain, quoted, Number.POSITIVE_INFINITY);
    const variable = shell.vars.writable(array);
    variable.value = undefined;
    variable.map = null;
    variable.list = fields;
    return;
  }
  const assign = (name: string, value: string) => {
    const split = splitAssignment(name)!;
    if (split.index === null) shell.vars.set(name, value);
    else shell.vars.setElement(split.name, shell.arithmetic.key(split.name, split.index), value);
  };
  if (names.length === 0) {
    shell.vars.set("REPLY", plain);
    return;
  }
  if (whole) {
    for (let i = 0; i < names.length; i++) assign(names[i], i === 0 ? plain : "");
    return;
  }
  const fields = splitLine(shell, plain, quoted, names.length);
  for (let i = 0; i < names.length; i++) assign(names[i], fields[i] ?? "");
}

/** For each UTF-16 unit of the text, whether a backslash quoted it. */
function quotedMask(bytes: number[], text: string): boolean[] {
  const mask: boolean[] = [];
  let at = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    const length = code < 0x80 || (code >= 0xdc80 && code <= 0xdcff) ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    const isQuoted = bytes[at] > 255;
    for (let unit = 0; unit < character.length; unit++) mask.push(isQuoted);
    at += length;
  }
  return mask;
}

/** Splits at IFS into `count` fields at most, the last with the rest of the line. */
function splitLine(shell: Shell, text: string, quoted: boolean[] | null, count: number): string[] {
  const { source, blank } = shell.separators;
  const isSeparator = (i: number) => !quoted?.[i] && source.includes(text[i]);
  const isBlank = (i: number) => !quoted?.[i] && blank.includes(text[i]);
  let end = text.length;
  while (end > 0 && isBlank(end - 1)) end--;
  const fields: string[] = [];
  let at = 0;
  while (at < end && isBlank(at)) at++;
  while (at < end) {
    if (fields.length === count - 1) {
      // One separator that ends the only rest field is dropped, as in `a:` for one name.
      let last = end;
      if (isSeparator(last - 1)) {
        let cut = last - 1;
        while (cut > at && isBlank(cut - 1)) cut--;
        let inner = at;
        while (inner < cut && !isSeparator(inner)) inner++;
        if (inner >= cut) last = cut;
      }
      fields.push(text.slice(at, last));
      return fields;
    }
    let stop = at;
    while (stop < end && !isSeparator(stop)) stop++;
    fields.push(text.slice(at, stop));
    at = stop;
    while (at < end && isBlank(at)) at++;
    if (at < end && isSeparator(at) && !isBlank(at)) at++;
    while (at < end && isBlank(at)) at++;
  }
  return fields;
}
