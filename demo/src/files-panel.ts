// The tree of /home/user: expand and collapse, open, download, delete, new file and folder. The sandbox's disk is the
// only state; after every change the open directories are listed again.

import type { EntryInfo, Sandbox } from "vibengine";
import { askName, choose } from "./dialogs.ts";
import { byId, download, icon, make, sizeText } from "./dom.ts";
import { HOME } from "./shell-setup.ts";
import { attempt, say } from "./status.ts";

interface Row {
  entry: EntryInfo;
  level: number;
}

/** More rows than anyone reads, and few enough to draw at once. */
const MAX_ROWS = 500;

export class FilesPanel {
  readonly #tree = byId("files");
  readonly #onOpen: (entry: EntryInfo) => void;
  readonly #onRemoved: (path: string) => void;
  #sandbox: Sandbox | null = null;
  #expanded = new Set<string>();
  /** The directory the shell was in last. */
  #followed = "";
  #rows: Row[] = [];
  /** The row that Tab leads to. */
  #activePath = "";
  #openPath = "";
  #refreshing: Promise<void> | null = null;
  #isStale = false;

  constructor(listeners: { onOpen(entry: EntryInfo): void; onRemoved(path: string): void }) {
    this.#onOpen = listeners.onOpen;
    this.#onRemoved = listeners.onRemoved;
    byId("file-new").addEventListener("click", () => attempt(() => this.#newFile()));
    byId("folder-new").addEventListener("click", () => attempt(() => this.#newFolder()));
    byId("files-refresh").addEventListener("click", () => attempt(() => this.refresh()));
    this.#tree.addEventListener("keydown", (event) => this.#onKey(event));
  }

  attach(sandbox: Sandbox | null): void {
    if (sandbox !== null && sandbox.sandboxId !== this.#sandbox?.sandboxId) this.#expanded.clear();
    this.#followed = "";
    this.#sandbox = sandbox;
    if (sandbox !== null) void attempt(() => this.refresh());
  }

  /** Opens the shell's directory the first time it is there; the next refresh shows it. */
  follow(directory: string): void {
    if (directory === this.#followed) return;
    this.#followed = directory;
    for (let path = directory; path.startsWith(`${HOME}/`); path = path.slice(0, path.lastIndexOf("/"))) {
      this.#expanded.add(path);
    }
  }

  /** Marks the file that the editor shows. */
  mark(path: string): void {
    this.#openPath = path;
    this.#draw();
  }

  /** Lists the open directories again. Calls that come while one is under way share the next. */
  refresh(): Promise<void> {
    this.#isStale = true;
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async remove(entry: EntryInfo): Promise<void> {
    const what =
      entry.type === "dir"
        ? `The folder and everything in it are removed from the sandbox.`
        : "It is removed from the sandbox.";
    const answer = await choose(`Delete ${entry.name}?`, what, [{ label: "Delete", value: "delete", kind: "danger" }]);
    if (answer === null) return;
    await this.#running().files.remove(entry.path);
    this.#onRemoved(entry.path);
    await this.refresh();
    say(`Deleted ${entry.name}.`);
  }

  async download(entry: EntryInfo): Promise<void> {
    download(entry.name, await this.#running().files.read(entry.path, { format: "blob" }));
  }

  async #refresh(): Promise<void> {
    while (this.#isStale && this.#sandbox) {
      this.#isStale = false;
      const rows: Row[] = [];
      await this.#collect(this.#sandbox, HOME, 1, rows);
      this.#rows = rows;
      this.#draw();
    }
  }

  async #collect(sandbox: Sandbox, directory: string, level: number, rows: Row[]): Promise<void> {
    // A directory may go between one list and the next.
    const entries = await sandbox.files.list(directory).catch((error) => {
      if (level === 1) throw error;
      return [];
    });
    entries.sort((a, b) => Number(b.type === "dir") - Number(a.type === "dir") || a.name.localeCompare(b.name));
    for (const entry of entries) {
      rows.push({ entry, level });
      if (entry.type === "dir" && this.#expanded.has(entry.path))
        await this.#collect(sandbox, entry.path, level + 1, rows);
    }
  }

  #draw(): void {
    const hadFocus = this.#tree.contains(document.activeElement);
    const shown = this.#rows.slice(0, MAX_ROWS);
    if (!shown.some((row) => row.entry.path === this.#activePath)) this.#activePath = shown[0]?.entry.path ?? "";
    const items = shown.map((row) => this.#item(row));
    if (this.#rows.length > MAX_ROWS) items.push(note(`and ${this.#rows.length - MAX_ROWS} more`));
    if (items.length === 0) items.push(note("Nothing here yet. Write a file, or drop one."));
    this.#tree.replaceChildren(...items);
    if (hadFocus) this.#activeItem()?.focus();
  }

  #item({ entry, level }: Row): HTMLElement {
    const isDirectory = entry.type === "dir";
    const isOpen = this.#expanded.has(entry.path);
    const isActive = entry.path === this.#activePath;
    const tab = isActive ? "0" : "-1";
    const tool = (name: string, label: string, act: () => Promise<void>) =>
      make(
        "button",
        {
          type: "button",
          class: `tool ${name === "trash" ? "danger" : ""}`,
          tabindex: tab,
          "aria-label": `${label} ${entry.name}`,
          title: label,
          click: (event) => {
            event.stopPropagation();
            void attempt(act);
          },
        },
        icon(name),
      );
    const kind = isDirectory
      ? "folder"
      : entry.type === "symlink"
        ? "link"
        : (entry.mode & 0o111) !== 0
          ? "program"
          : "file";
    const size = isDirectory ? "" : entry.type === "symlink" ? `→ ${entry.symlinkTarget ?? ""}` : sizeText(entry.size);
    const item = make(
      "div",
      {
        role: "treeitem",
        class: `row ${kind}${entry.name.startsWith(".") ? " hidden-file" : ""}`,
        "aria-level": String(level),
        "aria-selected": String(entry.path === this.#openPath),
        "aria-label": isDirectory ? `${entry.name}, folder` : `${entry.name}, ${size}`,
        "data-path": entry.path,
        tabindex: tab,
        title: `${entry.permissions}  ${entry.path}`,
        click: () => this.#activate(entry),
        focus: () => this.#setActive(entry.path),
      },
      make("span", { class: "twist" }, ...(isDirectory ? [icon("chevron")] : [])),
      icon(kind),
      make("span", { class: "row-name" }, entry.name),
      make("span", { class: "row-size" }, size),
      make(
        "span",
        { class: "row-tools" },
        ...(isDirectory ? [] : [tool("download", "Download", () => this.download(entry))]),
        tool("trash", "Delete", () => this.remove(entry)),
      ),
    );
    item.style.setProperty("--level", String(level - 1));
    if (isDirectory) item.setAttribute("aria-expanded", String(isOpen));
    return item;
  }

  #activate(entry: EntryInfo): void {
    this.#setActive(entry.path);
    if (entry.type === "dir") this.#toggle(entry.path);
    else this.#onOpen(entry);
  }

  #toggle(path: string, open = !this.#expanded.has(path)): void {
    if (open) this.#expanded.add(path);
    else this.#expanded.delete(path);
    void attempt(() => this.refresh());
  }

  #onKey(event: KeyboardEvent): void {
    if (!(event.target instanceof HTMLElement) || event.target.role !== "treeitem") return;
    const at = this.#rows.findIndex((row) => row.entry.path === this.#activePath);
    if (at < 0) return;
    const { entry, level } = this.#rows[at];
    const isOpen = this.#expanded.has(entry.path);
    const parent = this.#rows.slice(0, at).findLastIndex((row) => row.level < level);
    const last = Math.min(this.#rows.length, MAX_ROWS) - 1;
    const keys: Record<string, () => void> = {
      ArrowDown: () => this.#focusRow(Math.min(at + 1, last)),
      ArrowUp: () => this.#focusRow(Math.max(at - 1, 0)),
      Home: () => this.#focusRow(0),
      End: () => this.#focusRow(last),
      ArrowRight: () =>
        entry.type !== "dir"
          ? undefined
          : isOpen
            ? this.#focusRow(Math.min(at + 1, last))
            : this.#toggle(entry.path, true),
      ArrowLeft: () => (isOpen ? this.#toggle(entry.path, false) : parent >= 0 ? this.#focusRow(parent) : undefined),
      Enter: () => this.#activate(entry),
      " ": () => this.#activate(entry),
      Delete: () => void attempt(() => this.remove(entry)),
    };
    if (!(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  }

  #focusRow(index: number): void {
    this.#setActive(this.#rows[index].entry.path);
    this.#activeItem()?.focus();
  }

  #setActive(path: string): void {
    if (path === this.#activePath) return;
    const tab = (value: string) => {
      const item = this.#activeItem();
      for (const part of item ? [item, ...item.querySelectorAll("button")] : []) part.setAttribute("tabindex", value);
    };
    tab("-1");
    this.#activePath = path;
    tab("0");
  }

  #activeItem(): HTMLElement | null {
    return this.#tree.querySelector(`[data-path="${CSS.escape(this.#activePath)}"]`);
  }

  async #newFile(): Promise<void> {
    const path = await this.#askPath("New file", "Create");
    if (path === null) return;
    const entry = await this.#running().files.write(path, "");
    await this.refresh();
    this.#onOpen(entry);
  }

  async #newFolder(): Promise<void> {
    const path = await this.#askPath("New folder", "Create");
    if (path === null) return;
    await this.#running().files.makeDir(path);
    this.#expanded.add(path);
    await this.refresh();
  }

  /** A path in the directory of the active row. */
  async #askPath(title: string, action: string): Promise<string | null> {
    const active = this.#rows.find((row) => row.entry.path === this.#activePath)?.entry;
    const isOpenDirectory = active?.type === "dir" && this.#expanded.has(active.path);
    const directory = !active
      ? HOME
      : isOpenDirectory
        ? active.path
        : active.path.slice(0, active.path.lastIndexOf("/"));
    const taken = new Set(this.#rows.map((row) => row.entry.path));
    const problem = (name: string) => (taken.has(`${directory}/${name}`) ? "There is one of that name already." : "");
    const name = await askName(title, `Name, in ${directory}`, action, problem);
    return name === null ? null : `${directory}/${name}`;
  }

  #running(): Sandbox {
    if (!this.#sandbox) throw new Error("no sandbox is running");
    return this.#sandbox;
  }
}

function note(text: string): HTMLElement {
  return make("p", { class: "empty-note" }, text);
}
