// What a script wrote: its two streams in the order they came, apart by colour, and the pictures it made.

import type { EntryInfo, Sandbox } from "vibengine";
import { byId, download, icon, make, setDisabled, sizeText } from "../dom.ts";
import { imageType } from "../images.ts";
import { HOME } from "../shell-setup.ts";

/** More text than anyone scrolls through: the oldest goes first. */
const MAX_TEXT = 200_000;
/**
 * The two streams come by ways of their own: which was first within a moment is not told. A moment ends when nothing has come for so
 * long, or when it has lasted so long; of what came in it stdout is shown first.
 */
const QUIET_MS = 30;
const MOMENT_MS = 120;
/** As much may wait to be drawn. */
const MAX_PENDING = 64 * 1024;
const MAX_PICTURES = 12;

type Stream = "stdout" | "stderr";

export class Output {
  readonly #pane = byId("python-output");
  readonly #text = byId("python-text");
  readonly #pictures = byId("python-pictures");
  #pending: { stream: Stream; text: string }[] = [];
  #pendingLength = 0;
  #since = 0;
  #drawing: ReturnType<typeof setTimeout> | undefined;
  /** Those that wait for room. */
  #waiting: (() => void)[] = [];
  #length = 0;
  #looked = Promise.resolve();
  /** Counts what was cleared away, so that a picture still being read does not come after. */
  #page = 0;
  /** By path, what is shown of it: `modified size`. */
  #shown = new Map<string, { version: string; figure: HTMLElement; url: string }>();

  constructor() {
    byId("python-clear").addEventListener("click", () => this.clear());
  }

  clear(): void {
    this.#page++;
    this.#pending = [];
    this.#pendingLength = 0;
    this.#length = 0;
    this.#text.replaceChildren();
    for (const { url } of this.#shown.values()) URL.revokeObjectURL(url);
    this.#shown.clear();
    this.#pictures.replaceChildren();
    this.#showEmpty();
  }

  /** Resolves once there is room for more: a script that writes faster than it is drawn has to wait. */
  async add(stream: Stream, text: string): Promise<void> {
    if (this.#pending.length === 0) this.#since = performance.now();
    this.#pending.push({ stream, text });
    this.#pendingLength += text.length;
    clearTimeout(this.#drawing);
    // Not at the next frame: a page in the background has none.
    const left = this.#since + MOMENT_MS - performance.now();
    this.#drawing = setTimeout(() => this.flush(), Math.min(QUIET_MS, Math.max(0, left)));
    if (this.#pendingLength > MAX_PENDING) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Draws what has come so far. */
  flush(): void {
    clearTimeout(this.#drawing);
    const wasAtEnd = this.#pane.scrollHeight - this.#pane.scrollTop - this.#pane.clientHeight < 24;
    const inOrder = ["stdout", "stderr"].flatMap((name) => this.#pending.filter(({ stream }) => stream === name));
    for (const { stream, text } of inOrder) {
      const last = this.#text.lastElementChild;
      const plain = withoutEscapes(text).slice(-MAX_TEXT);
      // Pieces of their own beyond some size, so that the oldest can go.
      if (last?.className === stream && (last.textContent ?? "").length < 4096) last.append(plain);
      else this.#text.append(make("span", { class: stream }, plain));
      this.#length += plain.length;
    }
    this.#pending = [];
    this.#pendingLength = 0;
    for (const resolve of this.#waiting.splice(0)) resolve();
    while (this.#length > MAX_TEXT && this.#text.childElementCount > 1) {
      const [first] = this.#text.children;
      this.#length -= (first.textContent ?? "").length;
      first.remove();
      this.#text.classList.add("is-cut");
    }
    this.#showEmpty();
    if (wasAtEnd) this.#pane.scrollTop = this.#pane.scrollHeight;
  }

  /** Shows what pictures are in the home directory that were written since then. Those that are there already stay, unless changed. */
  look(sandbox: Sandbox, since: number): Promise<void> {
    // One after the other: two at once would show a picture twice.
    const look = this.#looked.then(() => this.#look(sandbox, since));
    this.#looked = look.catch(() => {});
    return look;
  }

  async #look(sandbox: Sandbox, since: number): Promise<void> {
    const entries = await sandbox.files.list(HOME, { depth: 2 });
    const written = entries
      .filter(({ type, name, modifiedTime }) => type === "file" && imageType(name) && modifiedTime.getTime() >= since)
      .sort((a, b) => a.modifiedTime.getTime() - b.modifiedTime.getTime());
    for (const entry of written.slice(-MAX_PICTURES)) await this.#showPicture(sandbox, entry);
  }

  async #showPicture(sandbox: Sandbox, entry: EntryInfo): Promise<void> {
    const version = `${entry.modifiedTime.getTime()} ${entry.size}`;
    const before = this.#shown.get(entry.path);
    if (before?.version === version) return;
    const page = this.#page;
    const blob = new Blob([await sandbox.files.read(entry.path, { format: "bytes" })], { type: imageType(entry.name) });
    const url = URL.createObjectURL(blob);
    const name = entry.path.slice(HOME.length + 1);
    const picture = make("img", { src: url, alt: `Picture ${name}` });
    // One that is half written can't be shown: its end is an event, too.
    const isWhole = await picture.decode().then(
      () => true,
      () => false,
    );
    if (!isWhole || page !== this.#page) return URL.revokeObjectURL(url);
    const save = () => download(entry.name, blob);
    const figure = make(
      "figure",
      { "data-testid": "python-picture" },
      picture,
      make(
        "figcaption",
        {},
        make("span", {}, `${name} · ${picture.naturalWidth} × ${picture.naturalHeight} · ${sizeText(blob.size)}`),
        make(
          "button",
          { type: "button", class: "tool", "aria-label": `Download ${name}`, title: "Download", click: save },
          icon("download"),
        ),
      ),
    );
    if (before) {
      URL.revokeObjectURL(before.url);
      before.figure.replaceWith(figure);
    } else {
      this.#pictures.append(figure);
    }
    this.#shown.set(entry.path, { version, figure, url });
    this.#showEmpty();
    figure.scrollIntoView({ block: "nearest" });
  }

  #showEmpty(): void {
    const isEmpty = this.#text.childElementCount === 0 && this.#shown.size === 0;
    if (isEmpty) this.#text.classList.remove("is-cut");
    this.#pane.classList.toggle("is-empty", isEmpty);
    setDisabled(byId("python-clear"), isEmpty);
  }
}

/** Colours and the like are for terminals. */
function withoutEscapes(text: string): string {
  return text.replace(/\x1b\[[\d;?]*[A-Za-z]/g, "");
}
