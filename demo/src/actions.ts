// The bar of the sandbox: its name, id and state, and the buttons that act on it.

import { choose } from "./dialogs.ts";
import { byId, icon, make } from "./dom.ts";
import type { Lifecycle, Phase } from "./lifecycle.ts";
import { attempt, say } from "./status.ts";

const BADGE: Record<Phase, string> = {
  none: "no sandbox",
  creating: "creating",
  running: "running",
  pausing: "pausing",
  paused: "paused",
  stopped: "stopped",
};

export function wireActions(lifecycle: Lifecycle): void {
  const pause = byId<HTMLButtonElement>("pause");
  const resume = byId<HTMLButtonElement>("resume");
  const keepAlive = byId<HTMLButtonElement>("keep-alive");
  const minutes = byId<HTMLSelectElement>("keep-alive-minutes");
  const kill = byId<HTMLButtonElement>("kill");
  const create = byId<HTMLButtonElement>("new");
  const copy = byId<HTMLButtonElement>("copy-id");

  pause.addEventListener("click", () => attempt(() => lifecycle.pause()));
  resume.addEventListener("click", () => lifecycle.resume(lifecycle.id, lifecycle.name));
  kill.addEventListener("click", () => attempt(() => lifecycle.kill()));
  create.addEventListener("click", () => attempt(() => replace(lifecycle)));
  keepAlive.addEventListener("click", () =>
    attempt(async () => {
      await lifecycle.keepAlive(Number(minutes.value) * 60_000);
      say(`It runs for ${minutes.selectedOptions[0].text} from now.`);
    }),
  );
  copy.addEventListener("click", () =>
    attempt(async () => {
      await navigator.clipboard.writeText(lifecycle.id);
      copy.classList.add("copied");
      setTimeout(() => copy.classList.remove("copied"), 1500);
      say(`Copied ${lifecycle.id}`);
    }),
  );

  const draw = () => {
    const { phase, id } = lifecycle;
    const isRunning = phase === "running";
    // The first word is the same for all, and a phone has no room for it.
    const [, common, own] = /^(Playground )?(.*)$/.exec(lifecycle.name || "No sandbox") ?? [];
    byId("name").replaceChildren(make("span", { class: "common" }, common ?? ""), own);
    copy.hidden = id === "";
    copy.title = `Copy ${id}`;
    copy.setAttribute("aria-label", `Copy the sandbox id ${id}`);
    copy.dataset.id = id;
    copy.replaceChildren(shortId(id), icon("copy"), icon("check"));
    const badge = byId("state");
    // A live region: it is read out when it changes, and only then.
    if (badge.textContent !== BADGE[phase]) badge.textContent = BADGE[phase];
    badge.dataset.state = phase;
    for (const control of [pause, keepAlive, minutes, kill]) control.disabled = !isRunning;
    create.disabled = phase === "creating" || phase === "pausing";
    pause.hidden = phase === "paused";
    resume.hidden = phase !== "paused";
    document.body.dataset.phase = phase;
    document.title = `${lifecycle.name ? `${lifecycle.name} · ` : ""}vibengine playground`;
  };
  lifecycle.subscribe(draw);
  draw();
}

/** Makes a new sandbox, after asking what becomes of the one that runs. */
async function replace(lifecycle: Lifecycle): Promise<void> {
  if (lifecycle.phase === "running") {
    const answer = await choose("A new sandbox", `${lifecycle.name} is still running. What shall become of it?`, [
      { label: "Pause it", value: "pause", kind: "primary" },
      { label: "Kill it", value: "kill", kind: "danger" },
    ]);
    if (answer === null) return;
    if (answer === "pause") await lifecycle.pause();
    else await lifecycle.kill();
  }
  await lifecycle.create();
}

function shortId(id: string): string {
  return id.length > 11 ? `${id.slice(0, 9)}…` : id;
}
