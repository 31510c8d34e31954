// Signals for an interpreter that runs: the words in its own memory that its signal handlers would set, set from outside. It looks at
// them between two instructions of the program that it runs, so a handler is called even where no system call is made.

/** Where an interpreter looks: addresses in its memory, found when the pack was built. */
export interface SignalWords {
  /** The first signal's word that says it came; the next one's is `stride` bytes further. */
  tripped: number;
  stride: number;
  /** Some signal came. */
  isTripped: number;
  /** Points to the main thread's state, of which `evalBreaker` bytes on this bit, set, makes the interpreter look. */
  mainThreadState: number;
  evalBreaker: number;
  bit: number;
}

export interface Interpreter {
  buffer: SharedArrayBuffer;
  words: SignalWords;
}

/** The interpreter sees to it that the handlers of these signals (bit n = signal n) are called. */
export function trip(interpreter: Interpreter, signals: number): void {
  const { buffer, words } = interpreter;
  const memory = new Int32Array(buffer);
  for (let signal = 1; signal < 32; signal++) {
    if ((signals & (1 << signal)) !== 0) Atomics.store(memory, (words.tripped + words.stride * signal) >> 2, 1);
  }
  if (signals !== 0) breakIn(interpreter);
}

/** Has it been told of a signal, and not seen it yet? */
export function isTripped({ buffer, words }: Interpreter): boolean {
  return Atomics.load(new Int32Array(buffer), words.isTripped >> 2) !== 0;
}

/** Makes it look. Its own changes of that word are not atomic and may undo this one: to be repeated while `isTripped`. */
export function breakIn({ buffer, words }: Interpreter): void {
  const memory = new Int32Array(buffer);
  Atomics.store(memory, words.isTripped >> 2, 1);
  const state = Atomics.load(memory, words.mainThreadState >> 2);
  if (state !== 0) Atomics.or(memory, (state + words.evalBreaker) >> 2, words.bit);
}
