// The script in the editor: one of the examples, or a .py file of the sandbox. What is typed is saved by itself, a moment later, so that
// it is on the disk with everything else; what a program does to the file is shown.

import type { Sandbox } from "vibengine";
import { byId, make, setDisabled } from "../dom.ts";
import { HOME } from "../shell-setup.ts";
import { attempt, say } from "../status.ts";
import type { Code } from "./code.ts";
import { EXAMPLES } from "./examples.ts";

const SAVE_AFTER_MS = 500;
const STORAGE_KEY = "vibengine-playground-example";

interface Listeners {
  /** Another text is in the editor, or the same one has changed. */
  onChange(): void;
  onRun(): void;
  onSaved(): void;
}

export class Script {
  readonly #listeners: Listeners;
  readonly #select = byId<HTMLSelectElement>("python-example");
  readonly #reset = byId("python-reset");
  #code: Promise<Code> | null = null;
  #editor: Code | null = null;
  #sandbox: Sandbox | null = null;
  #sandboxId = "";
  #path = `${HOME}/${rememberedExample()}`;
  #text = "";
  /** As it is on the disk; null when it is not there. */
  #saved: string | null = null;
  #saving: ReturnType<typeof setTimeout> | undefined;

  constructor(listeners: Listeners) {
    this.#listeners = listeners;
    this.#text = this.#original ?? "";
    this.#select.append(...EXAMPLES.map(({ file, title }) => make("option", { value: `${HOME}/${file}` }, title)));
    this.#select.addEventListener("change", () => attempt(() => this.open(this.#select.value)));
    this.#reset.addEventListener("click", () => {
      const original = this.#original;
      if (original !== undefined && original !== this.#text) this.#editor?.replace(original);
      this.#editor?.focus();
    });
    this.#draw();
  }

  get path(): string {
    return this.#path;
  }

  get text(): string {
    return this.#text;
  }

  get about(): string {
    return EXAMPLES.find(({ file }) => `${HOME}/${file}` === this.#path)?.about ?? "A script of your own.";
  }

  /** Loads the editor, the first time. */
  show(): Promise<Code> {
    this.#code ??= this.#makeEditor();
    return this.#code;
  }

  async focus(): Promise<void> {
    (await this.show()).focus();
  }

  /** Another sandbox may have another text of the same name; one that is resumed gets what was typed meanwhile. */
  async attach(sandbox: Sandbox | null): Promise<void> {
    clearTimeout(this.#saving);
    this.#sandbox = sandbox;
    if (sandbox === null) return;
    const isOther = sandbox.sandboxId !== this.#sandboxId;
    this.#sandboxId = sandbox.sandboxId;
    if (!isOther) return this.save();
    const onDisk = await this.#read(this.#path);
    this.#saved = onDisk;
    if (onDisk !== null) this.#load(onDisk);
  }

  async open(path: string): Promise<void> {
    await this.save();
    const onDisk = await this.#read(path);
    this.#path = path;
    this.#saved = onDisk;
    this.#load(onDisk ?? this.#original ?? "");
    if (this.#original !== undefined) localStorage.setItem(STORAGE_KEY, path.slice(HOME.length + 1));
  }

  /** Takes what a program may have written into the file, unless something was typed since. */
  async reload(): Promise<void> {
    if (this.#saved === null || this.#saved !== this.#text) return;
    const [path, before] = [this.#path, this.#text];
    const onDisk = await this.#read(path);
    if (path !== this.#path || before !== this.#text) return;
    this.#saved = onDisk;
    if (onDisk !== null && onDisk !== before) this.#load(onDisk);
  }

  /** Writes what was typed. An example that is as it was need not be a file, unless it is to be run. */
  async save(isToRun = false): Promise<void> {
    clearTimeout(this.#saving);
    const text = this.#text;
    if (this.#sandbox === null || text === this.#saved) return;
    if (this.#saved === null && text === this.#original && !isToRun) return;
    await this.#sandbox.files.write(this.#path, text);
    this.#saved = text;
    this.#listeners.onSaved();
  }

  get #original(): string | undefined {
    return EXAMPLES.find(({ file }) => `${HOME}/${file}` === this.#path)?.text;
  }

  async #makeEditor(): Promise<Code> {
    const { Code } = await import("./code.ts");
    this.#editor = new Code(byId("python-code"), {
      onChange: () => this.#typed(),
      onRun: this.#listeners.onRun,
      onSave: () =>
        attempt(async () => {
          await this.save(true);
          say(`Saved ${this.#name}.`);
        }),
    });
    this.#editor.load(this.#text);
    return this.#editor;
  }

  #typed(): void {
    this.#text = this.#editor?.text ?? "";
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => attempt(() => this.save()), SAVE_AFTER_MS);
    this.#changed();
  }

  #load(text: string): void {
    this.#text = text;
    this.#editor?.load(text);
    this.#changed();
  }

  async #read(path: string): Promise<string | null> {
    if (!(await this.#sandbox?.files.exists(path))) return null;
    return (await this.#sandbox?.files.read(path)) ?? null;
  }

  get #name(): string {
    return this.#path.startsWith(`${HOME}/`) ? this.#path.slice(HOME.length + 1) : this.#path;
  }

  #draw(): void {
    const isExample = this.#original !== undefined;
    const own = this.#select.querySelector("[data-own]");
    if (isExample) own?.remove();
    else if (own === null) this.#select.prepend(make("option", { "data-own": true, value: this.#path }, this.#name));
    else own.replaceWith(make("option", { "data-own": true, value: this.#path }, this.#name));
    this.#select.value = this.#path;
    byId("python-file").textContent = this.#name;
    setDisabled(this.#reset, !isExample || this.#text === this.#original);
  }

  #changed(): void {
    this.#draw();
    this.#listeners.onChange();
  }
}

function rememberedExample(): string {
  const file = localStorage.getItem(STORAGE_KEY);
  return EXAMPLES.some((example) => example.file === file) && file !== null ? file : EXAMPLES[0].file;
}
