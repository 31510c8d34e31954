// How much of Python has come, in megabytes, the first time it is used: a card over the output, which moves nothing.

import type { PackProgress } from "vibengine";
import { byId } from "../dom.ts";

/** A script that prints nothing does not tell that it has begun. */
const MAX_START_MS = 5000;

export class Download {
  readonly #card = byId("python-download");
  readonly #bar = byId<HTMLProgressElement>("python-progress");
  readonly #onState: (text: string) => void;
  #end: ReturnType<typeof setTimeout> | undefined;

  /** @param onState called with what begins: the download, and Python's start */
  constructor(onState: (text: string) => void) {
    this.#onState = onState;
  }

  show({ loaded, total }: PackProgress): void {
    const isHere = loaded >= total;
    const title = isHere ? "Starting Python" : "Downloading Python";
    if (this.#card.hidden || isHere) this.#onState(isHere ? title : `${title}, ${megabytes(total)} MB`);
    this.#card.hidden = false;
    byId("python-download-title").textContent = title;
    byId("python-megabytes").textContent = `${megabytes(loaded)} of ${megabytes(total)} MB`;
    if (isHere) this.#bar.removeAttribute("value");
    else this.#bar.value = loaded / total;
    clearTimeout(this.#end);
    if (isHere) this.#end = setTimeout(() => this.hide(), MAX_START_MS);
  }

  hide(): void {
    clearTimeout(this.#end);
    this.#card.hidden = true;
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
