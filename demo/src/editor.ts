// The pane that shows one file: text to edit and save, an image, or the first bytes of anything else.

import { type EntryInfo, FileNotFoundError, type Sandbox } from "vibengine";
import { choose } from "./dialogs.ts";
import { byId, icon, make, sizeText } from "./dom.ts";
import { imageType } from "./images.ts";
import { HOME } from "./shell-setup.ts";
import { attempt, say } from "./status.ts";

interface Listeners {
  /** The user asked for a file, and it is there. */
  onOpened(): void;
  /** The path that is shown now; empty when none is. */
  onShow(path: string): void;
  onSaved(): void;
  onDownload(entry: EntryInfo): Promise<void>;
  onDelete(entry: EntryInfo): Promise<void>;
}

/** A textarea is no place for more. */
const MAX_TEXT_BYTES = 512 * 1024;
const HEX_BYTES = 4096;

export class Editor {
  readonly #pane = byId("editor");
  readonly #listeners: Listeners;
  readonly #text = make("textarea", {
    class: "editor-text",
    spellcheck: "false",
    autocapitalize: "off",
    "data-testid": "editor-text",
  });
  readonly #save = make("button", { type: "button", class: "button primary small", "data-testid": "save" }, "Save");
  #sandbox: Sandbox | null = null;
  #sandboxId = "";
  #entry: EntryInfo | null = null;
  /** The text as it is on the disk; null when what is shown is no text. */
  #saved: string | null = null;
  #imageUrl = "";

  constructor(listeners: Listeners) {
    this.#listeners = listeners;
    this.#save.addEventListener("click", () => attempt(() => this.#write()));
    this.#text.addEventListener("input", () => this.#showDirty());
    this.#pane.addEventListener("keydown", (event) => {
      if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        if (this.#isDirty) void attempt(() => this.#write());
      } else if (event.key === "Escape") {
        void attempt(() => this.close());
      }
    });
  }

  /** A resumed sandbox keeps the pane as it was, unsaved text included; another one starts without. */
  attach(sandbox: Sandbox | null): void {
    this.#sandbox = sandbox;
    if (sandbox === null) return;
    if (sandbox.sandboxId !== this.#sandboxId) this.#hide();
    this.#sandboxId = sandbox.sandboxId;
  }

  async open(entry: EntryInfo): Promise<void> {
    if (!(await this.#mayLeave())) return;
    await this.#load(entry);
    this.#listeners.onOpened();
    (this.#saved === null ? this.#pane.querySelector("button") : this.#text)?.focus();
  }

  async close(): Promise<void> {
    if (await this.#mayLeave()) this.#hide();
  }

  /** The file may have changed on the disk: shows it as it is now, unless that would lose unsaved text. */
  async reload(): Promise<void> {
    const entry = this.#entry;
    if (!entry || !this.#sandbox || this.#isDirty) return;
    try {
      const now = await this.#sandbox.files.getInfo(entry.path);
      const isSame = now.size === entry.size && now.modifiedTime.getTime() === entry.modifiedTime.getTime();
      if (this.#entry === entry && !isSame) await this.#load(now);
    } catch (error) {
      if (!(error instanceof FileNotFoundError)) throw error;
      this.#hide();
    }
  }

  /** A file or a directory is gone: so is the pane, if it showed that file or one below. */
  removed(path: string): void {
    if (this.#entry?.path === path || this.#entry?.path.startsWith(`${path}/`)) this.#hide();
  }

  get #isDirty(): boolean {
    return this.#saved !== null && this.#text.value !== this.#saved;
  }

  async #load(entry: EntryInfo): Promise<void> {
    if (!this.#sandbox) return;
    const type = imageType(entry.name);
    const isWhole = type !== undefined || entry.size <= MAX_TEXT_BYTES;
    const bytes = isWhole
      ? await this.#sandbox.files.read(entry.path, { format: "bytes" })
      : await firstPiece(await this.#sandbox.files.read(entry.path, { format: "stream" }));
    const text = isWhole ? asText(bytes) : null;
    URL.revokeObjectURL(this.#imageUrl);
    this.#entry = entry;
    this.#saved = null;
    if (type && bytes.length > 0) {
      this.#imageUrl = URL.createObjectURL(new Blob([bytes], { type }));
      this.#show(
        entry,
        make("div", { class: "editor-image" }, make("img", { src: this.#imageUrl, alt: `Preview of ${entry.name}` })),
      );
    } else if (text !== null) {
      const isSameFile = this.#text.dataset.path === entry.path;
      const { scrollTop } = this.#text;
      this.#text.value = text;
      // A textarea turns CRLF into LF: compare with what it holds, not with what it was given.
      this.#saved = this.#text.value;
      this.#text.dataset.path = entry.path;
      this.#text.setAttribute("aria-label", `Text of ${entry.name}`);
      this.#show(entry, this.#text);
      this.#text.scrollTop = isSameFile ? scrollTop : 0;
    } else {
      const length = Math.max(bytes.length, entry.size);
      const more = length > HEX_BYTES ? `\n… ${sizeText(length - HEX_BYTES)} more` : "";
      this.#show(
        entry,
        make(
          "pre",
          { class: "editor-hex", tabindex: "0", "aria-label": `First bytes of ${entry.name}` },
          hexDump(bytes.subarray(0, HEX_BYTES)) + more,
        ),
      );
    }
  }

  #show(entry: EntryInfo, content: HTMLElement): void {
    const tool = (name: string, label: string, act: () => Promise<void>) =>
      make(
        "button",
        {
          type: "button",
          class: "tool",
          "aria-label": `${label} ${entry.name}`,
          title: label,
          click: () => attempt(act),
        },
        icon(name),
      );
    const short = entry.path.startsWith(`${HOME}/`) ? entry.path.slice(HOME.length + 1) : entry.path;
    const had = this.#pane.contains(document.activeElement) ? document.activeElement : null;
    this.#pane.replaceChildren(
      make(
        "div",
        { class: "panel-head" },
        make(
          "h2",
          { class: "editor-title" },
          icon("file"),
          make("span", {}, short),
          make("span", { class: "dirty", role: "img", "aria-label": "not saved" }),
        ),
        make("span", { class: "editor-size" }, sizeText(entry.size)),
        make(
          "div",
          { class: "tools" },
          ...(this.#saved === null ? [] : [this.#save]),
          tool("download", "Download", () => this.#listeners.onDownload(entry)),
          tool("trash", "Delete", () => this.#listeners.onDelete(entry)),
          tool("close", "Close", () => this.close()),
        ),
      ),
      content,
    );
    this.#pane.hidden = false;
    this.#showDirty();
    this.#listeners.onShow(entry.path);
    if (had instanceof HTMLElement && had.isConnected) had.focus();
  }

  #hide(): void {
    if (this.#entry === null) return;
    this.#entry = null;
    this.#saved = null;
    this.#pane.hidden = true;
    this.#pane.replaceChildren();
    this.#listeners.onShow("");
  }

  #showDirty(): void {
    this.#save.disabled = !this.#isDirty;
    this.#pane.classList.toggle("is-dirty", this.#isDirty);
  }

  async #write(): Promise<void> {
    const entry = this.#entry;
    if (!entry || !this.#sandbox) throw new Error("no sandbox is running");
    const text = this.#text.value;
    const written = await this.#sandbox.files.write(entry.path, text);
    this.#saved = text;
    this.#entry = written;
    this.#showDirty();
    const size = this.#pane.querySelector(".editor-size");
    if (size) size.textContent = sizeText(written.size);
    say(`Saved ${entry.name}.`);
    this.#listeners.onSaved();
  }

  async #mayLeave(): Promise<boolean> {
    if (!this.#isDirty) return true;
    const answer = await choose(`Save ${this.#entry?.name}?`, "It has changes that are not saved.", [
      { label: "Save", value: "save", kind: "primary" },
      { label: "Discard", value: "discard", kind: "danger" },
    ]);
    if (answer === "save") await this.#write();
    return answer !== null;
  }
}

async function firstPiece(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return new Uint8Array(value ?? []);
}

/** The bytes as text, or null when they are none. */
function asText(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** `00000000  00 61 73 6d …  |.asm…|`, 16 bytes a line. */
function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const line = [...bytes.subarray(at, at + 16)];
    const hex = line.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = line.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
    lines.push(`${at.toString(16).padStart(8, "0")}  ${hex.padEnd(47)}  ${text}`);
  }
  return lines.join("\n");
}
