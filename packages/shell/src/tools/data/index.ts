// The second group of tools: archives, compression, digests, differences, JSON and the network. Loaded when the first of them is needed, as a
// file of its own, because its libraries are larger than all the other tools together.

import type { Tool } from "../../tool.ts";
import { base32, base64, basenc } from "./base.ts";
import { diff } from "./diff.ts";
import { hexdump } from "./hexdump.ts";
import { patch } from "./patch.ts";
import { strings } from "./strings.ts";
import { b2sum, cksum, md5sum, sha1sum, sha224sum, sha256sum, sha384sum, sha512sum, sum } from "./sums.ts";
import { xxd } from "./xxd.ts";

export const tools: Record<string, Tool> = {
  b2sum,
  base32,
  base64,
  basenc,
  cksum,
  diff,
  hexdump,
  md5sum,
  patch,
  sha1sum,
  sha224sum,
  sha256sum,
  sha384sum,
  sha512sum,
  strings,
  sum,
  xxd,
};
