// All tools by name: the group the shell loads lazily.

import { builtinTools } from "../builtins/tools.ts";
import type { Tool } from "../tool.ts";
import { chmod, ln, touch } from "./attributes.ts";
import { awk } from "./awk.ts";
import { column, fmt } from "./text-shape.ts";
import { csplit, split } from "./split.ts";
import { look, shuf, tsort } from "./order.ts";
import { numfmt } from "./numfmt.ts";
import { comm, join } from "./join.ts";
import { expr, factor } from "./expr.ts";
import { expand, fold, unexpand } from "./columns.ts";
import { bc } from "./bc.ts";
import { cat } from "./cat.ts";
import { cmp } from "./cmp.ts";
import { cp, mv } from "./copy.ts";
import { cut } from "./cut.ts";
import { base64, od } from "./encode.ts";
import { env } from "./env.ts";
import { find } from "./find.ts";
import { egrep, fgrep, grep } from "./grep.ts";
import { head, tail } from "./head.ts";
import { paste, rev, tac } from "./lines.ts";
import { nl } from "./nl.ts";
import { ls } from "./ls.ts";
import { date, hostname, id, nproc, uname, whoami } from "./machine.ts";
import { basename, dirname, mktemp, readlink, realpath, which } from "./names.ts";
import { ps } from "./ps.ts";
import { mkdir, rm, rmdir } from "./remove.ts";
import { sed } from "./sed.ts";
import { seq, yes } from "./seq.ts";
import { sort } from "./sort.ts";
import { stat } from "./stat.ts";
import { tee } from "./tee.ts";
import { sleep, timeout } from "./timeout.ts";
import { tr } from "./tr.ts";
import { uniq } from "./uniq.ts";
import { df, du } from "./usage.ts";
import { wasi } from "./wasi.ts";
import { wc } from "./wc.ts";
import { xargs } from "./xargs.ts";

export const tools: Record<string, Tool> = {
  ...builtinTools,
  awk,
  base64,
  basename,
  bc,
  cat,
  chmod,
  cmp,
  column,
  comm,
  cp,
  csplit,
  cut,
  date,
  df,
  dirname,
  du,
  egrep,
  env,
  expand,
  expr,
  factor,
  fgrep,
  find,
  fmt,
  fold,
  grep,
  head,
  hostname,
  id,
  join,
  ln,
  look,
  ls,
  mkdir,
  mktemp,
  mv,
  nl,
  nproc,
  numfmt,
  od,
  paste,
  ps,
  readlink,
  realpath,
  rev,
  rm,
  rmdir,
  sed,
  seq,
  shuf,
  sleep,
  sort,
  split,
  stat,
  tac,
  tail,
  tee,
  timeout,
  touch,
  tr,
  tsort,
  uname,
  unexpand,
  uniq,
  wasi,
  wc,
  which,
  whoami,
  xargs,
  yes,
};
