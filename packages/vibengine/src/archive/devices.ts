// Character devices as a tar header has them, by the numbers that Linux gives them: so root on another machine gets the real ones.

import { DEVICE_FULL, DEVICE_NULL, DEVICE_PTS, DEVICE_RANDOM, DEVICE_TTY, DEVICE_ZERO } from "@vibengine/system";

export type Numbers = [major: number, minor: number];

const LINUX = new Map<number, Numbers>([
  [DEVICE_NULL, [1, 3]],
  [DEVICE_ZERO, [1, 5]],
  [DEVICE_FULL, [1, 7]],
  [DEVICE_RANDOM, [1, 9]],
  [DEVICE_TTY, [5, 0]],
]);
/** /dev/random is the same device here. */
const RANDOM: Numbers = [1, 8];
const PTS_MAJOR = 136;
const PTS_COUNT = 256;
/** For those that Linux has not, with our number as the minor one: a major number kept for local use. */
const LOCAL_MAJOR = 240;
/** Minor numbers end here: seven octal digits. */
const MINORS = 8 ** 7;

export function linuxNumbers(device: number): Numbers {
  const known = LINUX.get(device);
  if (known !== undefined) return known;
  const pts = device - DEVICE_PTS;
  return pts >= 0 && pts < PTS_COUNT ? [PTS_MAJOR, pts] : [LOCAL_MAJOR, device];
}

/** Our number of a device, 0 when there is no such device here. */
export function deviceOf([major, minor]: Numbers): number {
  if (major === RANDOM[0] && minor === RANDOM[1]) return DEVICE_RANDOM;
  if (major === PTS_MAJOR && minor < PTS_COUNT) return DEVICE_PTS + minor;
  if (major === LOCAL_MAJOR && minor > 0 && minor < MINORS) return minor;
  for (const [device, numbers] of LINUX) if (numbers[0] === major && numbers[1] === minor) return device;
  return 0;
}
