// What both directions of bzip2's format share: its marks, its checksum, and what goes wrong.

export const BLOCK = 0x314159265359;
export const END = 0x177245385090;
export const GROUP = 50;

export const CRC_TABLE = new Int32Array(256).map((_, i) => {
  let value = i << 24;
  for (let bit = 0; bit < 8; bit++) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value;
});
