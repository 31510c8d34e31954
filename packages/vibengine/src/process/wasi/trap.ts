// Exceptions that pass through the guest. WebAssembly's `catch_all` catches what JavaScript throws, but not a trap, and an
// engine knows a trap by the error object that it made itself. So a module of one function traps, and the error object of that
// trap is dressed as the exception we want to throw. Where an engine doesn't do so, it is an ordinary exception.

// (module (func (export "trap") unreachable))
const TRAP = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 8, 1, 4, 116, 114, 97, 112, 0, 0, 10, 5, 1, 3, 0, 0,
  11,
]);

// Taken at load: a locked-down worker may have no WebAssembly.
const { Instance, Module } = WebAssembly;

let trap: (() => void) | undefined;

/** `error` with its prototype and fields, as an object that WebAssembly code can't catch. */
export function uncatchable<E extends Error>(error: E): E {
  trap ??= new Instance(new Module(TRAP)).exports.trap as () => void;
  try {
    trap();
  } catch (trapped) {
    Object.setPrototypeOf(trapped, Object.getPrototypeOf(error));
    Object.defineProperty(trapped, "message", { value: error.message, configurable: true, writable: true });
    return Object.assign(trapped as E, error);
  }
  return error;
}
