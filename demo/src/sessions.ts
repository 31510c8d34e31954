// The list of paused sandboxes of this browser: resume one, or delete it.

import { Sandbox, type SandboxInfo } from "vibengine";
import { choose } from "./dialogs.ts";
import { ageText, byId, icon, make, sizeText } from "./dom.ts";
import { forget, type Lifecycle, remembered } from "./lifecycle.ts";
import { attempt, say } from "./status.ts";

export class Sessions {
  readonly #lifecycle: Lifecycle;
  #phase = "";

  constructor(lifecycle: Lifecycle) {
    this.#lifecycle = lifecycle;
    lifecycle.subscribe(() => {
      if (lifecycle.phase === this.#phase) return;
      this.#phase = lifecycle.phase;
      if (["running", "paused", "stopped"].includes(lifecycle.phase)) void attempt(() => this.refresh());
    });
    setInterval(() => document.visibilityState === "visible" && this.refresh().catch(() => {}), 30_000);
  }

  /** Reads the list again and shows it. */
  async refresh(): Promise<SandboxInfo[]> {
    const paused = await Sandbox.list({ state: "paused" });
    byId("sessions-count").textContent = String(paused.length);
    byId("sessions-panel").classList.toggle("empty", paused.length === 0);
    byId("sessions").replaceChildren(
      ...(paused.length > 0
        ? paused.map((info) => this.#row(info))
        : [make("li", { class: "empty-note" }, "A sandbox you pause waits here, also after a reload.")]),
    );
    return paused;
  }

  #row(info: SandboxInfo): HTMLLIElement {
    const name = info.metadata.name ?? info.sandboxId;
    const size = remembered().find((saved) => saved.id === info.sandboxId);
    const facts = [ageText(info.startedAt)];
    if (size) facts.push(size.files === 1 ? "1 file" : `${size.files} files`, sizeText(size.bytes));
    return make(
      "li",
      { class: "session", "data-testid": "session", "data-id": info.sandboxId },
      make(
        "div",
        { class: "session-text" },
        make("span", { class: "session-name", title: `${name} (${info.sandboxId})` }, name),
        make("span", { class: "session-facts" }, facts.join(" · ")),
      ),
      make(
        "button",
        {
          type: "button",
          class: "tool",
          "data-testid": "session-resume",
          "aria-label": `Resume ${name}`,
          title: "Resume",
          click: () => attempt(() => this.#resume(info.sandboxId, name)),
        },
        icon("play"),
      ),
      make(
        "button",
        {
          type: "button",
          class: "tool danger",
          "data-testid": "session-delete",
          "aria-label": `Delete ${name}`,
          title: "Delete",
          click: () => attempt(() => this.#delete(info.sandboxId, name)),
        },
        icon("trash"),
      ),
    );
  }

  /** Resumes it in place of the sandbox that runs now, which is paused: nothing is lost by switching. */
  async #resume(id: string, name: string): Promise<void> {
    if (this.#lifecycle.phase === "running") {
      const left = this.#lifecycle.name;
      await this.#lifecycle.pause();
      say(`${left} is paused.`);
    }
    await this.#lifecycle.resume(id, name);
  }

  async #delete(id: string, name: string): Promise<void> {
    const answer = await choose(`Delete ${name}?`, "Its files are removed from this browser for good.", [
      { label: "Delete", value: "delete", kind: "danger" },
    ]);
    if (answer === null) return;
    await Sandbox.kill(id);
    forget(id);
    if (this.#lifecycle.phase === "paused" && this.#lifecycle.id === id) this.#lifecycle.dismiss();
    await this.refresh();
    say(`Deleted ${name}.`);
  }
}
