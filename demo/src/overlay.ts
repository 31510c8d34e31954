// The sheet over the workspace while no sandbox runs: what happened, and what one can do about it.

import { byId, errorText, icon, make } from "./dom.ts";
import { type Lifecycle, remembered } from "./lifecycle.ts";

interface Sheet {
  tone: "busy" | "good" | "bad";
  icon: string;
  title: string;
  content: (Node | string)[];
  actions: { label: string; testid: string; run: () => void }[];
}

/** A start faster than this is not worth a sheet that flashes by. */
const PATIENCE_MS = 300;

const HEADERS = "Cross-Origin-Opener-Policy: same-origin\nCross-Origin-Embedder-Policy: require-corp";

export function wireOverlay(lifecycle: Lifecycle, focusTerminal: () => void): void {
  const overlay = byId("overlay");
  const behind = [...document.querySelectorAll<HTMLElement>(".sidebar .files, .stage")];
  let patience: ReturnType<typeof setTimeout> | undefined;
  let shownPhase = lifecycle.phase;

  const draw = () => {
    if (lifecycle.phase === shownPhase) return;
    shownPhase = lifecycle.phase;
    clearTimeout(patience);
    if (shownPhase === "creating" || shownPhase === "pausing") {
      patience = setTimeout(show, PATIENCE_MS);
    } else if (shownPhase === "running") {
      const hadFocus = overlay.contains(document.activeElement) || document.activeElement === document.body;
      overlay.hidden = true;
      for (const part of behind) part.inert = false;
      if (hadFocus) focusTerminal();
    } else {
      show();
    }
  };

  const show = () => {
    const sheet = sheetFor(lifecycle);
    const buttons = sheet.actions.map((action, index) =>
      make(
        "button",
        {
          type: "button",
          class: `button ${index === 0 ? "primary" : ""}`,
          "data-testid": action.testid,
          click: action.run,
        },
        action.label,
      ),
    );
    overlay.dataset.tone = sheet.tone;
    overlay.replaceChildren(
      make(
        "div",
        { class: "sheet" },
        make("div", { class: "sheet-icon" }, icon(sheet.icon)),
        make("h2", { id: "overlay-title" }, sheet.title),
        ...sheet.content.map((part) => (typeof part === "string" ? make("p", {}, part) : part)),
        make("div", { class: "sheet-actions" }, ...buttons),
      ),
    );
    overlay.hidden = false;
    for (const part of behind) part.inert = true;
    buttons[0]?.focus({ preventScroll: true });
  };

  lifecycle.subscribe(draw);
}

function sheetFor(lifecycle: Lifecycle): Sheet {
  const { phase, name, reason } = lifecycle;
  const create = { label: "New sandbox", testid: "overlay-new", run: () => void lifecycle.create() };
  if (phase === "creating") {
    const title = lifecycle.id === "" ? "Creating a sandbox" : `Resuming ${name}`;
    return {
      tone: "busy",
      icon: "box",
      title,
      content: ["A disk, a kernel and a shell: it takes a moment."],
      actions: [],
    };
  }
  if (phase === "pausing") {
    return {
      tone: "busy",
      icon: "box",
      title: `Saving ${name}`,
      content: ["Its files go into this browser's storage."],
      actions: [],
    };
  }
  if (phase === "paused") {
    const saved = remembered().find((one) => one.id === lifecycle.id);
    const isOffer = reason === "offered";
    const size =
      saved && saved.files > 0 ? ` It holds ${saved.files === 1 ? "one file" : `${saved.files} files`}.` : "";
    return {
      tone: "good",
      icon: "pause",
      title: isOffer ? "Welcome back" : `${name} is paused`,
      content: isOffer
        ? [make("p", {}, make("b", {}, name), ` is as you left it.${size}`)]
        : [`Its files are saved in this browser and survive a reload.${size} Running programs have ended.`],
      actions: [
        { label: "Resume", testid: "overlay-resume", run: () => void lifecycle.resume(lifecycle.id, name) },
        create,
      ],
    };
  }
  if (reason === "timeout") {
    return {
      tone: "bad",
      icon: "clock",
      title: "Time is up",
      content: [
        `${name} reached its deadline. Its programs have ended and its files are gone.`,
        "Next time, Keep alive gives it more time, and Pause keeps the files.",
      ],
      actions: [create],
    };
  }
  if (reason === "killed") {
    return {
      tone: "bad",
      icon: "stop",
      title: "Sandbox killed",
      content: [`${name} has ended, and its files are gone.`],
      actions: [create],
    };
  }
  return failureSheet(lifecycle, create);
}

/** A sandbox that did not start: the error as it is, and the headers when their absence is the cause. */
function failureSheet(lifecycle: Lifecycle, create: Sheet["actions"][number]): Sheet {
  const message = make("pre", { class: "error-text", "data-testid": "error" }, errorText(lifecycle.error));
  if (!globalThis.crossOriginIsolated) {
    return {
      tone: "bad",
      icon: "box",
      title: "This page is not cross-origin isolated",
      content: [
        "Processes share one disk in memory, and browsers allow that only to pages that are served with these two headers:",
        make("pre", { class: "headers" }, HEADERS),
        message,
      ],
      actions: [{ label: "Reload", testid: "overlay-reload", run: () => location.reload() }],
    };
  }
  const isResume = lifecycle.id !== "";
  const again = {
    label: "Try again",
    testid: "overlay-retry",
    run: () => void lifecycle.resume(lifecycle.id, lifecycle.name),
  };
  return {
    tone: "bad",
    icon: "box",
    title: isResume ? `${lifecycle.name} could not be resumed` : "The sandbox could not be created",
    content: [message, ...(isResume ? ["What was saved is still there."] : [])],
    actions: isResume ? [create, again] : [create],
  };
}
