// The status line at the foot of the page: one live region through which every part says what it did.

import { byId, errorText } from "./dom.ts";

let clearing: ReturnType<typeof setTimeout> | undefined;

/** Shows a short sentence for some seconds and has it read out. */
export function say(text: string, kind: "info" | "error" = "info"): void {
  const status = byId("status");
  status.textContent = text;
  status.dataset.kind = kind;
  clearTimeout(clearing);
  clearing = setTimeout(() => status.replaceChildren(), kind === "error" ? 15_000 : 6_000);
}

/** Runs an action of the user's; what it throws is shown instead of lost. */
export async function attempt(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    say(errorText(error), "error");
    return false;
  }
}
