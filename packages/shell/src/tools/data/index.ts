// The second group of tools: archives, compression, digests, differences, JSON and the network. Loaded when the first of them is needed, as a
// file of its own, because its libraries are larger than all the other tools together.

import type { Tool } from "../../tool.ts";
import { base32, base64, basenc } from "./base.ts";
import { bunzip2, bzcat, bzip2, gunzip, gzip, unxz, xz, xzcat, zcat } from "./compress.ts";
import { curl } from "./curl.ts";
import { diff } from "./diff.ts";
import { file } from "./file.ts";
import { hexdump } from "./hexdump.ts";
import { jq } from "./jq.ts";
import { patch } from "./patch.ts";
import { strings } from "./strings.ts";
import { b2sum, cksum, md5sum, sha1sum, sha224sum, sha256sum, sha384sum, sha512sum, sum } from "./sums.ts";
import { tar } from "./tar.ts";
import { unzip } from "./unzip.ts";
import { wget } from "./wget.ts";
import { xxd } from "./xxd.ts";
import { zip } from "./zip.ts";

export const tools: Record<string, Tool> = {
  b2sum,
  base32,
  base64,
  basenc,
  bunzip2,
  bzcat,
  bzip2,
  cksum,
  curl,
  diff,
  file,
  gunzip,
  gzip,
  hexdump,
  jq,
  md5sum,
  patch,
  sha1sum,
  sha224sum,
  sha256sum,
  sha384sum,
  sha512sum,
  strings,
  sum,
  tar,
  unxz,
  unzip,
  wget,
  xxd,
  xz,
  xzcat,
  zcat,
  zip,
};
