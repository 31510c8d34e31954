// How much of Python has come, in megabytes, the first time it is used: a card over the output, which moves nothing.

import type { PackProgress } from "vibengine";
import { byId } from "../dom.ts";

export class Download {
  readonly #card = byId("python-download");
  readonly #bar = byId<HTMLProgressElement>("python-progress");
  readonly #onBegin: (total: string) => void;

  /** @param onBegin called once for each download, with its size */
  constructor(onBegin: (total: string) => void) {
    this.#onBegin = onBegin;
  }

  show({ loaded, total }: PackProgress): void {
    if (this.#card.hidden) this.#onBegin(megabytes(total));
    this.#card.hidden = false;
    const isHere = loaded >= total;
    byId("python-download-title").textContent = isHere ? "Starting Python" : "Downloading Python";
    byId("python-megabytes").textContent = `${megabytes(loaded)} of ${megabytes(total)} MB`;
    if (isHere) this.#bar.removeAttribute("value");
    else this.#bar.value = loaded / total;
  }

  hide(): void {
    this.#card.hidden = true;
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
