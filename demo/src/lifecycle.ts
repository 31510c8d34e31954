// The page's one sandbox: which it is, what state it is in, until when it runs. Everything that changes any of these goes
// through here and is told to the subscribers; actions.ts, countdown.ts, overlay.ts and sessions.ts draw it.

import { type PackProgress, Sandbox } from "vibengine";
import { newName } from "./names.ts";

/** `none`: no sandbox yet. `paused`: saved, `stopped`: gone. */
export type Phase = "none" | "creating" | "running" | "pausing" | "paused" | "stopped";

export interface Saved {
  id: string;
  name: string;
  /** Of what lies in /home/user, when it was paused. */
  files: number;
  bytes: number;
}

const STORAGE_KEY = "vibengine-playground";
const DEFAULT_TIMEOUT_MS = 10 * 60_000;

export class Lifecycle {
  phase: Phase = "none";
  sandbox: Sandbox | null = null;
  id = "";
  name = "";
  /** When it ends, in ms since 1970, and how long it was given: both as of the last create, resume or keepAlive. */
  endAt = 0;
  totalMs = 0;
  /** Why it stopped, and with which error, if any; `offered`: it was paused before the page was loaded. */
  reason: "timeout" | "killed" | "failed" | "offered" | "" = "";
  error: unknown = null;

  readonly #onProgress: (progress: PackProgress) => void;
  #listeners: (() => void)[] = [];
  #undo: (() => void)[] = [];

  /** @param onProgress hears how much of a pack has been downloaded */
  constructor(onProgress: (progress: PackProgress) => void) {
    this.#onProgress = onProgress;
  }

  /** Calls `listener` after every change. */
  subscribe(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Makes a new sandbox; what runs now must have been paused or killed. Failures become the phase `stopped`. */
  async create(): Promise<void> {
    const name = newName();
    await this.#start({ id: "", name }, () => Sandbox.create({ ...this.#options(), metadata: { name } }));
  }

  async resume(id: string, name: string): Promise<void> {
    await this.#start({ id, name }, () => Sandbox.resume(id, this.#options()));
  }

  /** Shows a paused sandbox as the current one, without resuming it. */
  offer(saved: Pick<Saved, "id" | "name">): void {
    this.#change({ phase: "paused", reason: "offered", id: saved.id, name: saved.name });
  }

  /** The paused sandbox that is shown was deleted. */
  dismiss(): void {
    this.#stop("killed");
  }

  /** Saves and stops; when it fails (storage full), the sandbox runs on and the error is thrown. */
  async pause(): Promise<void> {
    const sandbox = this.#running();
    this.#change({ phase: "pausing" });
    try {
      remember({ id: this.id, name: this.name, ...(await contents(sandbox)) });
      await sandbox.pause();
      this.#leave("paused");
    } catch (error) {
      if (this.phase === "pausing") this.#change({ phase: "running" });
      throw error;
    }
  }

  async kill(): Promise<void> {
    await this.#running().kill();
    this.#stop("killed");
  }

  async keepAlive(ms: number): Promise<void> {
    const sandbox = this.#running();
    await sandbox.keepAlive(ms);
    await this.#readDeadline(sandbox, ms);
  }

  async #start(who: { id: string; name: string }, boot: () => Promise<Sandbox>): Promise<void> {
    this.#change({ phase: "creating", ...who, reason: "", error: null });
    try {
      const sandbox = await boot();
      this.sandbox = sandbox;
      this.id = sandbox.sandboxId;
      this.#undo = [
        sandbox.on("timeout", () => this.#stop("timeout")),
        sandbox.on("killed", () => this.#stop("killed")),
        sandbox.on("paused", () => this.#leave("paused")),
      ];
      await this.#readDeadline(sandbox);
      if (this.sandbox === sandbox) this.#change({ phase: "running" });
    } catch (error) {
      if (this.phase === "creating") this.#stop("failed", error);
    }
  }

  async #readDeadline(sandbox: Sandbox, totalMs?: number): Promise<void> {
    const { endAt, startedAt, metadata } = await sandbox.getInfo();
    const end = endAt?.getTime() ?? 0;
    this.#change({ endAt: end, totalMs: totalMs ?? end - startedAt.getTime(), name: metadata.name ?? this.name });
  }

  #options(): { timeoutMs: number; onProgress: (progress: PackProgress) => void } {
    return { timeoutMs: timeoutMs(), onProgress: this.#onProgress };
  }

  #running(): Sandbox {
    if (!this.sandbox) throw new Error("no sandbox is running");
    return this.sandbox;
  }

  #stop(reason: "timeout" | "killed" | "failed", error: unknown = null): void {
    if (this.phase === "stopped") return;
    this.reason = reason;
    this.error = error;
    this.#leave("stopped");
  }

  #leave(phase: "paused" | "stopped"): void {
    if (this.phase === phase) return;
    for (const undo of this.#undo) undo();
    this.#undo = [];
    this.sandbox = null;
    this.#change({ phase });
  }

  #change(changes: Partial<Pick<Lifecycle, "phase" | "id" | "name" | "endAt" | "totalMs" | "reason" | "error">>): void {
    Object.assign(this, changes);
    for (const listener of this.#listeners) listener();
  }
}

/** The sandboxes this page paused, the last one first. */
export function remembered(): Saved[] {
  try {
    return JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "[]");
  } catch {
    return [];
  }
}

export function forget(id: string): void {
  localStorage.setItem(STORAGE_KEY, JSON.stringify(remembered().filter((saved) => saved.id !== id)));
}

function remember(saved: Saved): void {
  const others = remembered().filter((other) => other.id !== saved.id);
  localStorage.setItem(STORAGE_KEY, JSON.stringify([saved, ...others].slice(0, 100)));
}

/** How much there is in the home directory. */
async function contents(sandbox: Sandbox): Promise<{ files: number; bytes: number }> {
  const entries = await sandbox.files.list("/home/user", { depth: 32 });
  const files = entries.filter((entry) => entry.type === "file");
  return { files: files.length, bytes: files.reduce((sum, file) => sum + file.size, 0) };
}

/** Ten minutes, or what the address says, such as `?timeoutMs=30000`. It is not checked here: the sandbox does that. */
function timeoutMs(): number {
  const asked = new URLSearchParams(location.search).get("timeoutMs");
  return asked === null ? DEFAULT_TIMEOUT_MS : Number(asked);
}
