// On a narrow screen the page shows one part at a time: terminal, files, editor or paused sandboxes, chosen by the tabs at
// its foot. On a wide one all stand side by side and none of this shows. Also the keys that a phone's keyboard lacks.

import { byId, make } from "./dom.ts";
import type { ShellTerminal } from "./terminal.ts";

export type View = "terminal" | "files" | "editor" | "sessions";

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
}

export function currentView(): View {
  return document.body.dataset.view as View;
}

export function wireViews(terminal: ShellTerminal): void {
  for (const tab of document.querySelectorAll<HTMLElement>(".tabs button")) {
    tab.addEventListener("click", () => setView(tab.dataset.view as View));
  }
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
