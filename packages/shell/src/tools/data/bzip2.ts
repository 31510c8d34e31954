// The bzip2 codec: the two directions of the format together, as compress.ts takes them.

import { decompress } from "./bzip2-decoder.ts";
import { compress } from "./bzip2-encoder.ts";
import type { Codec } from "./codec.ts";

export const bzip2Codec: Codec = { compress, decompress };
