// Questions: a native <dialog> with buttons, or with one text field. Each resolves to the answer, null when dismissed.

import { make } from "./dom.ts";

export interface Choice {
  label: string;
  value: string;
  kind?: "primary" | "danger";
}

/** Asks for one of several answers. The first choice has the focus. */
export function choose(title: string, text: string, choices: Choice[]): Promise<string | null> {
  const buttons = [...choices, { label: "Cancel", value: "", kind: undefined }].map((choice) =>
    make("button", { class: `button ${choice.kind ?? ""}`, value: choice.value }, choice.label),
  );
  return show(title, [make("p", {}, text), make("div", { class: "dialog-buttons" }, ...buttons)]);
}

/** Asks for a name. `problem` says what is wrong with one, or returns an empty string. */
export function askName(
  title: string,
  label: string,
  action: string,
  problem: (name: string) => string,
): Promise<string | null> {
  const input = make("input", { id: "dialog-name", autocomplete: "off", spellcheck: "false", required: true });
  const submit = make("button", { class: "button primary", value: "ok" }, action);
  input.addEventListener("input", () => input.setCustomValidity(problem(input.value)));
  // The browser presses the form's first button on Enter: it must not be Cancel.
  const cancel = make(
    "button",
    { class: "button", type: "button", click: () => cancel.closest("dialog")?.close("") },
    "Cancel",
  );
  return show(title, [
    make("label", { for: "dialog-name" }, label),
    input,
    make("div", { class: "dialog-buttons" }, submit, cancel),
  ]).then((answer) => (answer === null ? null : input.value));
}

function show(title: string, content: Node[]): Promise<string | null> {
  const form = make("form", { method: "dialog" }, make("h2", { id: "dialog-title" }, title), ...content);
  const dialog = make("dialog", { "aria-labelledby": "dialog-title", "data-testid": "dialog" }, form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "" ? null : dialog.returnValue);
    });
  });
}
