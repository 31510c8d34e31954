// What the page shows. On a narrow screen one part at a time: terminal, Python, files, editor or paused sandboxes, chosen by the tabs
// at its foot. On a wide one all stand side by side, and the one choice, at its head, is whether Python is among them: it needs the
// place. Also the keys that a phone's keyboard lacks.

import { byId, make } from "./dom.ts";
import type { ShellTerminal } from "./terminal.ts";

export type View = "terminal" | "python" | "files" | "editor" | "sessions";

/** The page's address while Python is shown: a reload, or whoever gets the link, sees it again. */
const PYTHON_HASH = "#python";
const narrow = matchMedia("(max-width: 720px)");

const KEYS: [label: string, data: string, name: string][] = [
  ["tab", "\t", "Tab"],
  ["^C", "\x03", "Control C"],
  ["^D", "\x04", "Control D"],
  ["←", "\x1b[D", "Left"],
  ["→", "\x1b[C", "Right"],
  ["↑", "\x1b[A", "Up"],
  ["↓", "\x1b[B", "Down"],
];

export function setView(view: View): void {
  document.body.dataset.view = view;
  for (const tab of document.querySelectorAll<HTMLElement>(".tabs button")) {
    // The editor belongs to the files.
    if (tab.dataset.view === (view === "editor" ? "files" : view)) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  for (const mode of document.querySelectorAll<HTMLElement>(".modes button")) {
    mode.setAttribute("aria-pressed", String((mode.dataset.view === "python") === (view === "python")));
  }
  const hash = view === "python" ? PYTHON_HASH : "";
  if (location.hash !== hash) history.replaceState(null, "", location.pathname + location.search + hash);
}

/** Brings the terminal into sight, where it is not beside what is shown. */
export function showTerminal(): void {
  if (narrow.matches) setView("terminal");
}

export function currentView(): View {
  return document.body.dataset.view as View;
}

/** @param onPython called when Python is to be seen */
export function wireViews(terminal: ShellTerminal, onPython: () => void): void {
  const show = (view: View) => {
    setView(view);
    if (view === "python") onPython();
  };
  for (const button of document.querySelectorAll<HTMLElement>(":is(.tabs, .modes) button")) {
    button.addEventListener("click", () => show(button.dataset.view as View));
  }
  if (location.hash === PYTHON_HASH) show("python");
  for (const [label, data, name] of KEYS) {
    byId("keybar").append(
      make(
        "button",
        {
          type: "button",
          "aria-label": name,
          pointerdown: (event) => event.preventDefault(),
          click: () => terminal.press(data),
        },
        label,
      ),
    );
  }
}
