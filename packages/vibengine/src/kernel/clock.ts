// The deadline of a sandbox, on the worker's clock: a page that is busy or hidden does not delay it. Looked at once a second
// besides, so that a machine that slept past it stops the sandbox right after it wakes.

const LOOK_MS = 1000;

export class Deadline {
  readonly #onPassed: () => void;
  #endAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(onPassed: () => void) {
    this.#onPassed = onPassed;
  }

  /** When it is (ms since 1970). */
  get endAt(): number {
    return this.#endAt;
  }

  /** Starts the countdown anew from now. */
  set(timeoutMs: number): void {
    this.#endAt = Date.now() + timeoutMs;
    this.#look();
  }

  clear(): void {
    clearTimeout(this.#timer);
  }

  /** After `clear`: as if that had not been. */
  goOn(): void {
    this.#look();
  }

  #look(): void {
    clearTimeout(this.#timer);
    const left = this.#endAt - Date.now();
    if (left <= 0) this.#onPassed();
    else this.#timer = setTimeout(() => this.#look(), Math.min(left, LOOK_MS));
  }
}
