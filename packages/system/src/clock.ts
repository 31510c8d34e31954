// The platform's clock, taken when this module loads: a worker that runs guests deletes its globals afterwards.

const platform = performance;

/** Milliseconds on a clock that only goes forward. What deadlines are given in. */
export function monotonicMs(): number {
  return platform.now();
}

/** Milliseconds since 1970, with fractions as fine as the platform gives them (5 µs in an isolated page). */
export function epochMs(): number {
  return platform.timeOrigin + platform.now();
}
