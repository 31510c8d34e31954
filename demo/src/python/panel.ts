// The Python view: a script in an editor, Run and Stop, and beside it what comes out. What asks for input runs in the terminal, and
// pip, too, where its bar is to be seen.

import type { PackProgress, Sandbox } from "vibengine";
import { byId, make, setDisabled } from "../dom.ts";
import { quote } from "../shell-setup.ts";
import { attempt } from "../status.ts";
import type { ShellTerminal } from "../terminal.ts";
import { currentView, setView, showTerminal } from "../views.ts";
import { Download } from "./download.ts";
import { asksForInput, listed, packagedModules, packageOf } from "./imports.ts";
import { Output } from "./output.ts";
import { type Ended, Run } from "./run.ts";
import { Script } from "./script.ts";

/** Whether the build of vibengine has the Python pack: a build on a machine without Python has not. */
const HAS_PYTHON = Object.keys(import.meta.glob("../../../packages/vibengine/dist/python/pack.json")).length > 0;

const NO_PYTHON =
  "Python is not in this build: it needs Python 3.11 or newer with pip on the machine that builds it. Everything else works.";

/** `terminal`: it runs there. */
type State = "off" | "idle" | "installing" | "running" | "terminal";

/** What stands where nothing was printed yet. */
const EMPTY: Record<State, string> = {
  off: "What the script prints appears here, and the pictures it writes.",
  idle: "What the script prints appears here, and the pictures it writes.",
  installing: "pip is at work in the terminal.",
  running: "",
  terminal: "It runs in the terminal.",
};

export class PythonPanel {
  readonly #terminal: ShellTerminal;
  readonly #onFiles: () => void;
  readonly #run = byId("python-run");
  readonly #stop = byId("python-stop");
  readonly #install = byId("python-install");
  readonly #output = new Output();
  readonly #download = new Download((text) => this.#say("busy", text));
  readonly #script: Script;
  #sandbox: Sandbox | null = null;
  #shownId = "";
  #state: State = "off";
  #running: Run | null = null;
  #clock: ReturnType<typeof setInterval> | undefined;
  /** What is to be installed before the script runs. */
  #missing: string[] = [];
  /** A module of no package that is known here, which the last run did not find. */
  #notFound = "";

  /** @param onFiles called when there may be other files than before */
  constructor(terminal: ShellTerminal, onFiles: () => void) {
    this.#terminal = terminal;
    this.#onFiles = onFiles;
    this.#script = new Script({
      onChange: () => {
        this.#notFound = "";
        void attempt(() => this.#look());
      },
      onRun: () => attempt(() => this.run()),
      onSaved: onFiles,
    });
    this.#run.addEventListener("click", () => attempt(() => this.run()));
    this.#stop.addEventListener("click", () => attempt(() => this.stop()));
    this.#install.addEventListener("click", () => attempt(() => this.#installMissing()));
    byId("python").addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
      event.preventDefault();
      void attempt(() => this.run());
    });
    this.#draw();
  }

  /** The view is seen: loads its editor. */
  show(): void {
    void attempt(async () => {
      await this.#script.show();
      await this.refresh();
    });
  }

  focus(): void {
    void this.#script.focus();
  }

  async attach(sandbox: Sandbox | null): Promise<void> {
    this.#sandbox = sandbox;
    this.#download.hide();
    this.#setState(sandbox === null ? "off" : "idle");
    if (sandbox !== null && sandbox.sandboxId !== this.#shownId) {
      this.#output.clear();
      this.#say("", "");
      this.#shownId = sandbox.sandboxId;
    }
    await this.#script.attach(sandbox);
    await this.refresh();
  }

  /** Opens a .py file of the sandbox. */
  async open(path: string): Promise<void> {
    await this.#script.open(path);
    await this.#script.focus();
  }

  progress(progress: PackProgress): void {
    if (progress.pack === "python") this.#download.show(progress);
  }

  /** The terminal has run something: files and packages may have changed. */
  async refresh(): Promise<void> {
    if (this.#state === "idle") this.#download.hide();
    if (this.#sandbox === null || currentView() !== "python") return;
    await this.#script.reload();
    await this.#look();
  }

  async run(): Promise<void> {
    const sandbox = this.#sandbox;
    if (sandbox === null || this.#state !== "idle" || !HAS_PYTHON) return;
    this.#setState("running");
    this.#output.clear();
    try {
      await this.#script.save(true);
      await this.#look();
      if (this.#missing.length > 0 && !(await this.#installMissing())) return;
      if (asksForInput(this.#script.text)) await this.#runInTerminal();
      else await this.#runHere(sandbox);
    } finally {
      if (this.#sandbox === sandbox) this.#setState("idle");
    }
  }

  /** Interrupts it, as ctrl-c does; the second time it is killed. */
  async stop(): Promise<void> {
    if (this.#state === "installing" || this.#state === "terminal") return this.#terminal.press("\x03");
    if (this.#running === null) return;
    this.#say("busy", this.#running.isStopping ? "Killing it" : "Stopping. Stop again kills it");
    await this.#running.stop();
  }

  async #runHere(sandbox: Sandbox): Promise<void> {
    this.#notFound = "";
    this.#say("busy", "Running");
    const run = new Run(sandbox, this.#output, () => {
      this.#download.hide();
      if (!run.isStopping) this.#say("busy", "Running");
    });
    this.#running = run;
    const seconds = byId("python-seconds");
    this.#clock = setInterval(() => {
      seconds.textContent = `${Math.floor((Date.now() - run.startedAt) / 1000)} s`;
    }, 250);
    try {
      this.#ended(await run.wait(this.#script.path), run);
    } catch (error) {
      // The page tells that its sandbox was paused or killed.
      if (this.#sandbox === sandbox && (await sandbox.isRunning().catch(() => false))) throw error;
      this.#say("bad", "Ended with its sandbox");
    } finally {
      clearInterval(this.#clock);
      seconds.textContent = "";
      this.#running = null;
      this.#download.hide();
    }
    this.#onFiles();
    await this.#look();
  }

  #ended({ exitCode, seconds, stderr }: Ended, run: Run): void {
    const time = `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
    if (exitCode === 0) this.#say("good", `Finished in ${time}`);
    else if (run.isStopping && exitCode === 130) this.#say("warn", `Interrupted after ${time}`);
    else if (run.isStopping) this.#say("warn", `Stopped after ${time}`);
    else this.#say("bad", `Exited with status ${exitCode} after ${time}`);
    const module = /ModuleNotFoundError: No module named '(\w+)/.exec(stderr)?.[1];
    if (exitCode !== 0 && module !== undefined) this.#notFound = module;
  }

  async #runInTerminal(): Promise<void> {
    this.#setState("terminal");
    this.#say("busy", "Running in the terminal");
    showTerminal();
    this.#terminal.focus();
    const status = await this.#terminal.run(`python3 ${quote(this.#script.path)}`);
    if (status === null) this.#say("warn", "Ended with its terminal");
    else if (status === 0) this.#say("good", "Finished, in the terminal");
    else if (status === 130) this.#say("warn", "Interrupted, in the terminal");
    else this.#say("bad", `Exited with status ${status}, in the terminal`);
  }

  /** pip, in the terminal. */
  async #installMissing(): Promise<boolean> {
    const [before, sandbox] = [this.#state, this.#sandbox];
    if (before !== "idle" && before !== "running") return false;
    const names = this.#toInstall;
    this.#setState("installing");
    this.#say("busy", `Installing ${listed(names)}`);
    showTerminal();
    const status = await this.#terminal.run(`pip install ${names.map(quote).join(" ")}`);
    if (this.#sandbox !== sandbox) return false;
    if (status === 0) {
      this.#notFound = "";
      this.#say("good", `Installed ${listed(names)}`);
      setView("python");
    } else {
      this.#say("bad", "pip did not finish: the terminal says why");
    }
    this.#download.hide();
    this.#setState(before);
    await this.#look();
    return status === 0;
  }

  get #toInstall(): string[] {
    return this.#missing.length > 0 || this.#notFound === "" ? this.#missing : [packageOf(this.#notFound)];
  }

  /** Finds out which packages the script imports that are not installed, and says so. */
  async #look(): Promise<void> {
    const { text } = this.#script;
    const modules = packagedModules(text);
    const isThere = await Promise.all(modules.map((module) => this.#isInstalled(module)));
    if (text !== this.#script.text) return;
    this.#missing = modules.filter((_, index) => !isThere[index]).map(packageOf);
    this.#draw();
  }

  async #isInstalled(module: string): Promise<boolean> {
    const library = "/usr/local/lib";
    if (!(await this.#sandbox?.files.exists(library))) return false;
    const versions = (await this.#sandbox?.files.list(library)) ?? [];
    for (const { name, path } of versions) {
      if (!/^python3\.\d+$/.test(name)) continue;
      if (await this.#sandbox?.files.exists(`${path}/site-packages/${module}`)) return true;
    }
    return false;
  }

  #setState(state: State): void {
    this.#state = state;
    this.#draw();
  }

  #say(kind: "" | "busy" | "good" | "warn" | "bad", text: string): void {
    const state = byId("python-state");
    // It is read out when it changes, and only then.
    if (state.textContent !== text) state.textContent = text;
    state.dataset.kind = kind;
  }

  #draw(): void {
    const isIdle = this.#state === "idle";
    const names = this.#toInstall;
    setDisabled(this.#run, !isIdle || !HAS_PYTHON);
    setDisabled(this.#stop, isIdle || this.#state === "off");
    setDisabled(this.#install, !isIdle);
    const hadFocus = document.activeElement === this.#install;
    this.#install.hidden = names.length === 0 || !HAS_PYTHON;
    if (hadFocus && this.#install.hidden) this.#run.focus();
    byId("python-empty").textContent = HAS_PYTHON ? EMPTY[this.#state] : "";
    byId("python-install-line").textContent = `pip install ${names.join(" ")}`;
    const note = byId("python-note");
    const [first, more = ""] = HAS_PYTHON ? this.#note(names) : [NO_PYTHON];
    const text = `${first} ${more}`.trim();
    if (note.textContent.trim() !== text) note.replaceChildren(`${first} `, make("span", {}, more));
    note.title = text;
    note.classList.toggle("is-missing", !HAS_PYTHON);
    document.body.dataset.python = this.#state;
  }

  /** What there is to say of the script, and what a phone has no room for. */
  #note(names: string[]): [first: string, more?: string] {
    if (this.#missing.length > 0) return [`Needs ${listed(names)}.`, "Run installs what is missing, with no network."];
    if (names.length > 0) return [`There is no module ${this.#notFound} here.`, "pip may find one."];
    if (asksForInput(this.#script.text)) return [this.#script.about, "Run starts it in the terminal."];
    return [this.#script.about];
  }
}
