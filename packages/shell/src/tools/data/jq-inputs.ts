// jq's inputs: the values of its files one after the other, as texts, whole or as a stream of events.

import { AT_FDCWD, encode, O_CLOEXEC, O_RDONLY, strerror } from "@vibengine/system";
import { Reader } from "../../stdio.ts";
import type { Invocation } from "../define.ts";
import { JsonReader } from "./jq-json.ts";
import type { Settings } from "./jq-options.ts";
import { JqError, type Value } from "./jq-value.ts";

/** The inputs: the files' values, or lines, one after the other, or all at once. */
export class Source {
  name = "<stdin>";
  current: Value = null;
  line = 0;
  #invocation: Invocation;
  #settings: Settings;
  #names: string[];
  #reader: Reader | null = null;
  #json = new JsonReader();
  #decoder = new TextDecoder();
  #queue: Value[] = [];
  #ended = false;
  #failure: JqError | null = null;
  #text = "";
  #slurped: Value[] = [];

  constructor(invocation: Invocation, settings: Settings) {
    this.#invocation = invocation;
    this.#settings = settings;
    this.#names = settings.files.length > 0 ? [...settings.files] : ["-"];
  }

  /** Waits until `count` inputs are there, or all. */
  async fill(count: number): Promise<void> {
    while (this.#queue.length < count && !this.#ended) await this.#more();
  }

  *take(): Generator<Value, void, void> {
    for (;;) {
      if (this.#queue.length > 0) {
        yield this.#queue.shift()!;
        continue;
      }
      if (this.#failure) {
        const failure = this.#failure;
        this.#failure = null;
        throw failure;
      }
      return;
    }
  }

  close(): void {
    if (this.#reader && this.#reader !== this.#invocation.stdin) this.#invocation.sys.close(this.#reader.fd);
  }

  async #more(): Promise<void> {
    const { sys, stdin } = this.#invocation;
    if (!this.#reader) {
      const name = this.#names.shift();
      if (name === undefined) {
        this.#finish();
        return;
      }
      if (name === "-") this.#reader = stdin;
      else {
        const fd = sys.open(AT_FDCWD, encode(name), O_RDONLY | O_CLOEXEC, 0);
        if (fd < 0) {
          this.#invocation.warn(`error: Could not open ${name}: ${strerror(fd)}`);
          return;
        }
        this.#reader = new Reader(sys, fd, () => this.#invocation.yield());
        this.name = name;
        this.current = name;
      }
    }
    const chunk = await this.#reader.read();
    const text = chunk ? this.#decoder.decode(chunk.slice(), { stream: true }) : this.#decoder.decode();
    if (!chunk) {
      this.close();
      this.#reader = null;
    }
    this.#add(text, !chunk && this.#names.length === 0);
  }

  #add(text: string, last: boolean): void {
    const { flags } = this.#settings;
    if (flags.has("raw-input")) {
      this.#text += text;
      if (flags.has("slurp")) return;
      const lines = this.#text.split("\n");
      this.#text = lines.pop()!;
      this.#queue.push(...lines);
      return;
    }
    try {
      for (const value of this.#json.push(text, last)) {
        if (flags.has("slurp") && !flags.has("stream")) this.#slurped.push(value);
        else if (flags.has("stream")) for (const event of events(value, [])) this.#queue.push(event);
        else this.#queue.push(value);
      }
      this.line = this.#json.line - 1;
    } catch (error) {
      if (!(error instanceof JqError)) throw error;
      this.#failure = error;
      this.#ended = true;
    }
  }

  #finish(): void {
    const { flags } = this.#settings;
    this.#ended = true;
    if (flags.has("raw-input")) {
      if (flags.has("slurp") || this.#text !== "") this.#queue.push(this.#text);
    } else if (flags.has("slurp") && !this.#failure)
      this.#queue.push(flags.has("stream") ? this.#queue.splice(0) : this.#slurped);
  }
}

/** --stream: leaves with their paths, and the ends of what holds them. */
function* events(value: Value, path: Value[]): Generator<Value> {
  const inner: [Value, Value][] = Array.isArray(value)
    ? value.map((one, i) => [i, one])
    : value instanceof Map
      ? [...value]
      : [];
  if (inner.length === 0) {
    yield [path, value];
    return;
  }
  for (const [key, one] of inner) yield* events(one, [...path, key]);
  yield [[...path, inner[inner.length - 1][0]]];
}
