// The playground's wiring: makes the parts and connects them. What a part does stands in its own file.

import type { Sandbox } from "vibengine";
import { wireActions } from "./actions.ts";
import { startCountdown } from "./countdown.ts";
import { byId, make } from "./dom.ts";
import { wireDropZone } from "./drop-zone.ts";
import { Editor } from "./editor.ts";
import { FilesPanel } from "./files-panel.ts";
import { Lifecycle, remembered } from "./lifecycle.ts";
import { wireOverlay } from "./overlay.ts";
import { PythonPanel } from "./python/panel.ts";
import { Sessions } from "./sessions.ts";
import { HOME, quote } from "./shell-setup.ts";
import { attempt } from "./status.ts";
import { ShellTerminal } from "./terminal.ts";
import { currentView, setView, wireViews } from "./views.ts";
import { SUGGESTIONS } from "./welcome.ts";

declare global {
  interface Window {
    /** The running sandbox, to play with in the console. */
    sandbox: Sandbox | null;
  }
}

const lifecycle = new Lifecycle((progress) => python.progress(progress));

const terminal: ShellTerminal = new ShellTerminal(byId("terminal"), (mode) => {
  document.body.dataset.terminal = mode;
  for (const chip of byId("chips").querySelectorAll("button")) chip.disabled = mode !== "prompt";
  if (mode !== "prompt" || !lifecycle.sandbox) return;
  files.follow(terminal.cwd);
  void attempt(() => Promise.all([files.refresh(), editor.reload(), python.refresh()]));
});

const python: PythonPanel = new PythonPanel(terminal, () => void attempt(() => files.refresh()));

const files: FilesPanel = new FilesPanel({
  onOpen: (entry) => {
    const isScript = currentView() === "python" && entry.type === "file" && entry.name.endsWith(".py");
    return attempt(() => (isScript ? python.open(entry.path) : editor.open(entry)));
  },
  onRemoved: (path) => editor.removed(path),
});

const editor: Editor = new Editor({
  onOpened: () => setView("editor"),
  onShow: (path) => {
    files.mark(path);
    if (path === "" && currentView() === "editor") setView("files");
  },
  onSaved: () => void attempt(() => files.refresh()),
  onDownload: (entry) => files.download(entry),
  onDelete: (entry) => files.remove(entry),
});

for (const line of SUGGESTIONS) {
  const run = () => {
    void terminal.run(line);
    terminal.focus();
  };
  byId("chips").append(
    make("button", { type: "button", class: "chip", "data-testid": "chip", disabled: true, click: run }, line),
  );
}

wireViews(terminal, () => python.show());
wireActions(lifecycle);
wireOverlay(lifecycle, () => (currentView() === "python" ? python.focus() : terminal.focus()));
startCountdown(lifecycle);
const sessions = new Sessions(lifecycle);
wireDropZone({
  sandbox: () => lifecycle.sandbox,
  onUploaded: () => files.refresh(),
  run: (name) => {
    setView("terminal");
    void terminal.run(`${terminal.cwd === HOME ? "." : "~"}/${quote(name)}`);
  },
});

window.sandbox = null;
let lastPhase = lifecycle.phase;
lifecycle.subscribe(() => {
  const sandbox = lifecycle.phase === "creating" ? null : lifecycle.sandbox;
  // A pause ends the shell, also one that fails.
  if (lastPhase === "pausing" && lifecycle.phase === "running") terminal.restart();
  lastPhase = lifecycle.phase;
  if (sandbox === window.sandbox) return;
  window.sandbox = sandbox;
  files.attach(sandbox);
  editor.attach(sandbox);
  void attempt(() => python.attach(sandbox));
  void terminal.attach(sandbox, lifecycle.name);
});

await start();

/** Offers the sandbox that was paused here last, if it still exists; makes a new one otherwise. */
async function start(): Promise<void> {
  let paused: string[] = [];
  await attempt(async () => {
    paused = (await sessions.refresh()).map((info) => info.sandboxId);
  });
  const last = remembered().find((saved) => paused.includes(saved.id));
  if (last) lifecycle.offer(last);
  else await lifecycle.create();
}
