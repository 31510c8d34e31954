// All tools by name: the group the shell loads lazily.

import type { LateBuiltin } from "../builtins/late.ts";
import { builtinTools } from "../builtins/tools.ts";
import type { Tool } from "../tool.ts";
import { chmod, ln, touch } from "./attributes.ts";
import { cat } from "./cat.ts";
import { cmp } from "./cmp.ts";
import { compgen, complete, compopt } from "./completion.ts";
import { cp, mv } from "./copy.ts";
import { cut } from "./cut.ts";
import { bind, enable, help } from "./enable.ts";
import { base64, od } from "./encode.ts";
import { env } from "./env.ts";
import { find } from "./find.ts";
import { egrep, fgrep, grep } from "./grep.ts";
import { head, tail } from "./head.ts";
import { fc, history } from "./history.ts";
import { nl, paste, rev, tac } from "./lines.ts";
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
import { ulimit } from "./ulimit.ts";
import { uniq } from "./uniq.ts";
import { df, du } from "./usage.ts";
import { wasi } from "./wasi.ts";
import { wc } from "./wc.ts";
import { xargs } from "./xargs.ts";

export const lateBuiltins: Record<string, LateBuiltin> = {
  history,
  fc,
  complete,
  compgen,
  compopt,
  enable,
  help,
  bind,
  ulimit,
};

export const tools: Record<string, Tool> = {
  ...builtinTools,
  base64,
  basename,
  cat,
  chmod,
  cmp,
  cp,
  cut,
  date,
  df,
  dirname,
  du,
  egrep,
  env,
  fgrep,
  find,
  grep,
  head,
  hostname,
  id,
  ln,
  ls,
  mkdir,
  mktemp,
  mv,
  nl,
  nproc,
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
  sleep,
  sort,
  stat,
  tac,
  tail,
  tee,
  timeout,
  touch,
  tr,
  uname,
  uniq,
  wasi,
  wc,
  which,
  whoami,
  xargs,
  yes,
};
