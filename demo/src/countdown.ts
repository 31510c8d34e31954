// The countdown to the deadline: a ring that empties, and mm:ss beside it. It only shows; the sandbox's own clock decides.

import { byId } from "./dom.ts";
import type { Lifecycle } from "./lifecycle.ts";
import { say } from "./status.ts";

const SOON_MS = 60_000;
const LAST_MS = 10_000;

export function startCountdown(lifecycle: Lifecycle): void {
  const box = byId("countdown-box");
  const text = byId("countdown");
  const arc = byId<SVGCircleElement>("countdown-arc");
  let urgency = "";

  const draw = () => {
    const isShown = lifecycle.phase === "running" || lifecycle.phase === "pausing";
    box.hidden = !isShown;
    if (!isShown) return;
    const left = Math.max(0, lifecycle.endAt - Date.now());
    text.textContent = timeText(left);
    arc.style.strokeDashoffset = String(100 - Math.min(100, (left / lifecycle.totalMs) * 100));
    const now = left < LAST_MS ? "last" : left < SOON_MS ? "soon" : "";
    if (now === urgency) return;
    urgency = now;
    box.dataset.urgency = now;
    if (now === "last") say("Less than ten seconds left. Keep alive to go on.");
    else if (now === "soon" && lifecycle.totalMs > SOON_MS) say("One minute left.");
  };

  lifecycle.subscribe(draw);
  setInterval(draw, 250);
}

/** 9:59 as 09:59, and with hours from one hour on. A part of a second that is left counts as a whole one. */
export function timeText(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  return `${hours > 0 ? `${hours}:` : ""}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
