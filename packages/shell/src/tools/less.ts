// less, interactively: a screen of a text that is read as far as it is looked at, moved by keys. The keys come from the terminal,
// as stdin may be the text. Drawing is done anew for each screen: terminals are fast.

import { AT_FDCWD, decode, EINTR, encode, O_RDWR, rawTermios, type System } from "@vibengine/system";
import type { Reader } from "../stdio.ts";
import type { Invocation } from "./define.ts";
import { plain, split, Text } from "./less-text.ts";
import { terminalSize } from "./terminal.ts";

const ENTER_SCREEN = "\x1b[?1049h\x1b[H";
const LEAVE_SCREEN = "\x1b[?1049l";
const END_MARK = "\x1b[7m(END)\x1b[27m";
const HELP = `  q               leave
  space f PgDn    a screen on             b PgUp    a screen back
  return j down   a line on               k up      a line back
  d               half a screen on        u         half a screen back
  g <  / G >      to the first, last line (N g: to line N)
  /pattern        search on               ?pattern  search back
  n / N           again, in the other direction
  left right      move sideways (-S)      -N -S -R -i   switch an option
  h               this                    = ^G      where one is`;

export interface LessOptions {
  numbers: boolean;
  chop: boolean;
  /** Colours go to the terminal as they are. */
  raw: boolean;
  ignoreCase: boolean;
  squeeze: boolean;
  quitIfOneScreen: boolean;
  /** Keys pressed at the start: `+G`, `+/pattern`. */
  start: string;
}

/** Shows the files until the user leaves. False when there is no terminal to do so. */
export async function pageThrough(
  invocation: Invocation,
  name: string,
  readers: (() => Promise<Reader | null>)[],
  options: LessOptions,
): Promise<boolean> {
  const { sys, stdout } = invocation;
  const fd = sys.open(AT_FDCWD, encode("/dev/tty"), O_RDWR, 0);
  const before = fd < 0 ? fd : sys.tcgetattr(fd);
  if (typeof before === "number") return false;
  const pager = new Pager(invocation, fd, name, new Text(readers, options.squeeze), options);
  if (options.quitIfOneScreen && (await pager.fitsOneScreen())) {
    for (const line of pager.text.lines) await stdout.write(`${line}\n`);
    return true;
  }
  sys.tcsetattr(fd, rawTermios(before));
  await write(sys, fd, ENTER_SCREEN);
  try {
    await pager.run();
  } finally {
    if (sys.isAlive) {
      await write(sys, fd, LEAVE_SCREEN);
      sys.tcsetattr(fd, before);
      sys.close(fd);
    }
  }
  return true;
}

class Pager {
  readonly text: Text;
  readonly #invocation: Invocation;
  readonly #sys: System;
  readonly #fd: number;
  readonly #name: string;
  readonly #options: LessOptions;
  readonly #bytes = new Uint8Array(256);
  #keys: string[] = [];
  #top = 0;
  #left = 0;
  #message = "";
  #pattern: RegExp | null = null;
  #isBackward = false;

  constructor(invocation: Invocation, fd: number, name: string, text: Text, options: LessOptions) {
    this.#invocation = invocation;
    this.#sys = invocation.sys;
    this.#fd = fd;
    this.#name = name;
    this.text = text;
    this.#options = options;
    this.#keys = [...options.start];
    if (/^[/?]/.test(options.start)) this.#keys.push("\r");
  }

  async fitsOneScreen(): Promise<boolean> {
    const { lines } = this.#size();
    if (await this.text.has(lines)) return false;
    return this.text.lines.reduce((sum, line) => sum + this.#rows(line).length, 0) < lines;
  }

  async run(): Promise<void> {
    let count = "";
    for (;;) {
      const prompt = await this.#draw();
      await write(this.#sys, this.#fd, count === "" ? prompt : `\r\x1b[K:${count}`);
      const key = await this.#key();
      if (key === null || key === "q" || key === "Q") return;
      if (/^[0-9]$/.test(key)) {
        count += key;
        continue;
      }
      await this.#act(key, count === "" ? 0 : Number(count));
      count = "";
    }
  }

  async #act(key: string, count: number): Promise<void> {
    const page = this.#size().lines - 1;
    switch (key) {
      case " ":
      case "f":
      case "\x06":
      case "\x1b[6~":
        return this.#move(count || (await this.#linesShown()));
      case "b":
      case "\x02":
      case "\x1b[5~":
        return this.#move(-(count || page));
      case "\r":
      case "\n":
      case "j":
      case "e":
      case "\x0e":
      case "\x1b[B":
      case "\x1bOB":
        return this.#move(count || 1);
      case "k":
      case "y":
      case "\x10":
      case "\x1b[A":
      case "\x1bOA":
        return this.#move(-(count || 1));
      case "d":
      case "\x04":
        return this.#move(count || page >> 1);
      case "u":
      case "\x15":
        return this.#move(-(count || page >> 1));
      case "g":
      case "<":
      case "\x1b[H":
      case "\x1b[1~":
        this.#top = 0;
        return this.#move(Math.max(0, count - 1));
      case "G":
      case ">":
      case "\x1b[F":
      case "\x1b[4~":
        return this.#toEnd(count);
      case "\x1b[C":
      case "\x1bOC":
        this.#left += this.#size().columns >> 1;
        return;
      case "\x1b[D":
      case "\x1bOD":
        this.#left = Math.max(0, this.#left - (this.#size().columns >> 1));
        return;
      case "/":
      case "?":
        return this.#ask(key);
      case "n":
        return this.#search(this.#isBackward);
      case "N":
        return this.#search(!this.#isBackward);
      case "-":
        return this.#toggle();
      case "h":
      case "H":
        await write(
          this.#sys,
          this.#fd,
          `\x1b[H\x1b[2J${HELP.replaceAll("\n", "\r\n")}\r\n\r\n\x1b[7mpress a key\x1b[27m`,
        );
        await this.#key();
        return;
      case "=":
      case "\x07":
        await this.text.has(Number.MAX_SAFE_INTEGER);
        this.#message = `${this.#name} line ${this.#top + 1} of ${this.text.lines.length}`;
        return;
    }
  }

  async #move(by: number): Promise<void> {
    if (by > 0) {
      const page = this.#size().lines - 1;
      // Never so far that less than a screen is left.
      while (by > 0 && (await this.text.has(this.#top + 2)) && (await this.#restIsLonger(page))) {
        this.#top++;
        by--;
      }
    } else this.#top = Math.max(0, this.#top + by);
  }

  /** Is there more from the top than fits? */
  async #restIsLonger(page: number): Promise<boolean> {
    let rows = 0;
    for (let at = this.#top; rows <= page && (await this.text.has(at + 1)); at++)
      rows += this.#rows(this.text.lines[at]).length;
    return rows > page;
  }

  async #linesShown(): Promise<number> {
    const page = this.#size().lines - 1;
    let rows = 0;
    let at = this.#top;
    while (rows < page && (await this.text.has(at + 1))) rows += this.#rows(this.text.lines[at++]).length;
    return Math.max(1, at - this.#top - (rows > page ? 1 : 0));
  }

  async #toEnd(line: number): Promise<void> {
    await this.text.has(line || Number.MAX_SAFE_INTEGER);
    const last = line ? Math.min(line, this.text.lines.length) : this.text.lines.length;
    const page = this.#size().lines - 1;
    let rows = 0;
    let top = last;
    while (top > 0 && rows + this.#rows(this.text.lines[top - 1]).length <= page)
      rows += this.#rows(this.text.lines[--top]).length;
    this.#top = line ? Math.max(0, last - 1) : top;
  }

  async #ask(direction: string): Promise<void> {
    let typed = "";
    for (;;) {
      await write(this.#sys, this.#fd, `\r\x1b[K${direction}${typed}`);
      const key = await this.#key();
      if (key === null || key === "\x03" || key === "\x1b") return;
      if (key === "\r" || key === "\n") break;
      if (key === "\x7f" || key === "\b") {
        if (typed === "") return;
        typed = typed.slice(0, -1);
      } else if (key >= " ") typed += key;
    }
    this.#isBackward = direction === "?";
    if (typed !== "") {
      try {
        this.#pattern = new RegExp(typed, this.#options.ignoreCase && typed === typed.toLowerCase() ? "iu" : "u");
      } catch {
        this.#message = "Invalid pattern";
        return;
      }
    }
    await this.#search(this.#isBackward);
  }

  async #search(isBackward: boolean): Promise<void> {
    const pattern = this.#pattern;
    if (pattern === null) {
      this.#message = "No previous regular expression";
      return;
    }
    const step = isBackward ? -1 : 1;
    for (let at = this.#top + step; at >= 0 && (await this.text.has(at + 1)); at += step) {
      if ((at & 1023) === 0) await this.#invocation.yield();
      if (!pattern.test(plain(this.text.lines[at]))) continue;
      this.#top = at;
      return;
    }
    this.#message = "Pattern not found";
  }

  async #toggle(): Promise<void> {
    await write(this.#sys, this.#fd, "\r\x1b[K-");
    const key = await this.#key();
    const names: Record<string, "numbers" | "chop" | "raw" | "ignoreCase"> = {
      N: "numbers",
      S: "chop",
      R: "raw",
      i: "ignoreCase",
    };
    const name = names[key ?? ""];
    if (name === undefined) this.#message = `There is no -${key ?? ""} option`;
    else this.#options[name] = !this.#options[name];
  }

  /** Draws the screen; the prompt for its last row. */
  async #draw(): Promise<string> {
    const { lines, columns } = this.#size();
    const rows: string[] = [];
    let at = this.#top;
    for (; rows.length < lines - 1 && (await this.text.has(at + 1)); at++) {
      const number = this.#options.numbers ? `${String(at + 1).padStart(7)} ` : "";
      for (const row of this.#rows(this.text.lines[at])) if (rows.length < lines - 1) rows.push(number + row);
    }
    const isEnd = !(await this.text.has(at + 1));
    while (rows.length < lines - 1) rows.push("~");
    await write(this.#sys, this.#fd, `\x1b[H${rows.map((row) => `${row}\x1b[m\x1b[K`).join("\r\n")}\r\n`);
    const text = this.#message || (isEnd ? "" : this.#top === 0 ? this.#name : "");
    this.#message = "";
    if (text === "") return `\x1b[K${isEnd ? END_MARK : ":"}`;
    return `\x1b[K\x1b[7m${text.slice(0, columns - 1)}\x1b[27m`;
  }

  /** A line as rows of the screen, what matches the search shown in reverse. */
  #rows(line: string): string[] {
    const { columns } = this.#size();
    const width = Math.max(1, columns - (this.#options.numbers ? 8 : 0));
    const isLong = line.length > width || /[^ -~]/.test(line);
    const shown = this.#options.raw ? line : plain(line);
    const marked =
      this.#pattern === null || this.#options.raw
        ? shown
        : shown.replace(new RegExp(this.#pattern, `g${this.#pattern.flags}`), (found) =>
            found === "" ? "" : `\x1b[7m${found}\x1b[27m`,
          );
    if (!isLong && marked === line) return [line.slice(this.#left)];
    const rows = split(marked, width);
    if (!this.#options.chop) return rows;
    return [rows.join("").slice(this.#left).length > 0 ? split(rows.join("").slice(this.#left), width)[0] : ""];
  }

  #size() {
    return terminalSize(this.#invocation);
  }

  /** A key, or an escape sequence; null when the terminal is gone. */
  async #key(): Promise<string | null> {
    while (this.#keys.length === 0) {
      const count = await this.#sys.block(() => this.#sys.read(this.#fd, this.#bytes, 0, this.#bytes.length));
      if (count === -EINTR) return "";
      if (count <= 0) return null;
      this.#keys = decode(this.#bytes.slice(0, count)).match(/\x1b(?:\[[\d;]*[^\d;]|O.|$)|[^]/gu) ?? [];
    }
    const key = this.#keys.shift()!;
    return key === "\x03" ? "" : key;
  }
}

async function write(sys: System, fd: number, text: string): Promise<void> {
  const bytes = encode(text);
  for (let at = 0; at < bytes.length; ) {
    const count = await sys.block(() => sys.write(fd, bytes, at, bytes.length - at));
    if (count === -EINTR) sys.takeSignals();
    else if (count < 0) return;
    else at += count;
  }
}
