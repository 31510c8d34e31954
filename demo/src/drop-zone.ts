// Files from outside: dropped anywhere on the page, or chosen. They are written to /home/user; a `.wasm` command is made
// executable and run in the terminal.

import type { Sandbox } from "vibengine";
import { byId } from "./dom.ts";
import { HOME, quote } from "./shell-setup.ts";
import { attempt, say } from "./status.ts";

interface Upload {
  /** Below /home/user. */
  path: string;
  file: File;
}

interface Listeners {
  sandbox(): Sandbox | null;
  onUploaded(): Promise<void>;
  /** Runs a program of /home/user. */
  run(name: string): void;
}

export function wireDropZone(listeners: Listeners): void {
  const veil = byId("drop-veil");
  const picker = byId<HTMLInputElement>("file-picker");
  // Enter and leave come for every element on the way: only their balance tells whether the pointer is on the page.
  let depth = 0;
  const setDepth = (value: number) => {
    depth = Math.max(0, value);
    veil.hidden = depth === 0;
  };
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;

  window.addEventListener("dragenter", (event) => hasFiles(event) && setDepth(depth + 1));
  window.addEventListener("dragleave", (event) => hasFiles(event) && setDepth(depth - 1));
  window.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  window.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    setDepth(0);
    // They must be taken now: the browser empties the list when this function returns.
    const dropped = [...(event.dataTransfer?.items ?? [])].map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
    const uploads = dropped.filter((one) => one !== null).map(filesOf);
    void attempt(async () => upload(listeners, (await Promise.all(uploads)).flat()));
  });
  picker.addEventListener("change", () => {
    const uploads = [...(picker.files ?? [])].map((file) => ({ path: file.name, file }));
    picker.value = "";
    void attempt(() => upload(listeners, uploads));
  });
}

async function upload(listeners: Listeners, uploads: Upload[]): Promise<void> {
  const sandbox = listeners.sandbox();
  if (!sandbox) throw new Error("no sandbox is running: create or resume one first");
  const programs: string[] = [];
  for (const { path, file } of uploads) {
    say(`Uploading ${path} …`);
    await sandbox.files.write(`${HOME}/${path}`, file);
    if (!path.includes("/") && path.endsWith(".wasm")) programs.push(path);
  }
  if (programs.length > 0) {
    const { exitCode, stderr } = await sandbox.commands.run(
      `chmod +x ${programs.map((name) => quote(`${HOME}/${name}`)).join(" ")}`,
    );
    if (exitCode !== 0) throw new Error(`chmod: ${stderr.trim()}`);
  }
  await listeners.onUploaded();
  say(uploads.length === 1 ? `Uploaded ${uploads[0].path}.` : `Uploaded ${uploads.length} files.`);
  for (const name of programs) listeners.run(name);
}

/** A dropped file, or all files of a dropped folder, with their paths. */
async function filesOf(entry: FileSystemEntry | File): Promise<Upload[]> {
  if (entry instanceof File) return [{ path: entry.name, file: entry }];
  const path = entry.fullPath.replace(/^\//, "");
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ path, file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: Upload[] = [];
  // It hands out a hundred at a time, and an empty list at the end.
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return found;
    found.push(...(await Promise.all(batch.map(filesOf))).flat());
  }
}
