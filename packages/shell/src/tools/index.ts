// The tools by name: the group the shell loads lazily, and stand-ins for the group of data/, which loads when one of it is run.

import type { LateBuiltin } from "../builtins/late.ts";
import { builtinTools } from "../builtins/tools.ts";
import type { ToolSet } from "../host.ts";
import type { Tool } from "../tool.ts";
import { chmod, ln, touch } from "./attributes.ts";
import { awk } from "./awk.ts";
import { bc } from "./bc.ts";
import { cat } from "./cat.ts";
import { cmp } from "./cmp.ts";
import { column } from "./column.ts";
import { expand, fold, unexpand } from "./columns.ts";
import { compgen, complete, compopt } from "./completion.ts";
import { cp, mv } from "./copy.ts";
import { csplit } from "./csplit.ts";
import { cut } from "./cut.ts";
import { dataNames } from "./data-names.ts";
import { dc } from "./dc.ts";
import { dd } from "./dd.ts";
import { describeCommand, hash, type } from "./describe-command.ts";
import { dirs, popd, pushd } from "./directory-stack.ts";
import { enable, help } from "./enable.ts";
import { env } from "./env.ts";
import { expr, factor } from "./expr.ts";
import { find } from "./find.ts";
import { fmt } from "./fmt.ts";
import { getopts } from "./getopts.ts";
import { egrep, fgrep, grep } from "./grep.ts";
import { head, tail } from "./head.ts";
import { fc, history } from "./history.ts";
import { install } from "./install.ts";
import { bg, disown, fg, jobs, suspend } from "./jobs.ts";
import { comm, join } from "./join.ts";
import { kill } from "./kill.ts";
import { paste, rev, tac } from "./lines.ts";
import { ls } from "./ls.ts";
import { date, hostname, id, nproc, uname, whoami } from "./machine.ts";
import { mapfile } from "./mapfile.ts";
import { mkfifo, mknod } from "./mkfifo.ts";
import { basename, dirname, mktemp, readlink, realpath, which } from "./names.ts";
import { nl } from "./nl.ts";
import { numfmt } from "./numfmt.ts";
import { od } from "./od.ts";
import { look, shuf, tsort } from "./order.ts";
import { chgrp, chown } from "./owner.ts";
import { less, man, more } from "./pager.ts";
import { parts } from "./parts.ts";
import { pathchk, whereis } from "./paths.ts";
import { killall, pgrep, pidof, pkill } from "./pgrep.ts";
import { pr } from "./pr.ts";
import { ps } from "./ps.ts";
import { bind } from "./readline/bind.ts";
import { mkdir, rm, rmdir } from "./remove.ts";
import { sed } from "./sed.ts";
import { seq, yes } from "./seq.ts";
import { arch, groups, hostid, link, logname, nice, nohup, printenv, sync, truncate, unlink, users } from "./small.ts";
import { sort } from "./sort.ts";
import { split } from "./split.ts";
import { stat } from "./stat.ts";
import { stty } from "./stty.ts";
import { tee } from "./tee.ts";
import { clear, reset, tput, tty } from "./terminal.ts";
import { cal, free, time, uptime, watch } from "./time-tools.ts";
import { sleep, timeout } from "./timeout.ts";
import { tr } from "./tr.ts";
import { tree } from "./tree.ts";
import { ulimit } from "./ulimit.ts";
import { caller, times, umask } from "./umask.ts";
import { uniq } from "./uniq.ts";
import { df, du } from "./usage.ts";
import { wait } from "./wait.ts";
import { wasi } from "./wasi.ts";
import { wc } from "./wc.ts";
import { xargs } from "./xargs.ts";

const lateBuiltins: Record<string, LateBuiltin> = {
  history,
  fc,
  complete,
  compgen,
  compopt,
  enable,
  help,
  bind,
  ulimit,
  getopts,
  umask,
  times,
  caller,
  pushd,
  popd,
  dirs,
  mapfile,
  type,
  hash,
  "command -v": describeCommand,
  jobs,
  fg,
  bg,
  disown,
  suspend,
  kill,
  wait,
};

export const tools: Record<string, Tool> = {
  ...builtinTools,
  arch,
  awk,
  basename,
  bc,
  cal,
  cat,
  chgrp,
  chmod,
  chown,
  clear,
  cmp,
  column,
  comm,
  cp,
  csplit,
  cut,
  date,
  dc,
  dd,
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
  free,
  grep,
  groups,
  head,
  hostid,
  hostname,
  id,
  install,
  join,
  killall,
  less,
  link,
  ln,
  logname,
  look,
  ls,
  man,
  mkdir,
  mkfifo,
  mknod,
  mktemp,
  more,
  mv,
  nice,
  nl,
  nohup,
  nproc,
  numfmt,
  od,
  paste,
  pathchk,
  pgrep,
  pidof,
  pkill,
  pr,
  printenv,
  ps,
  readlink,
  realpath,
  reset,
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
  stty,
  sync,
  tac,
  tail,
  tee,
  time,
  timeout,
  touch,
  tput,
  tr,
  tree,
  truncate,
  tsort,
  tty,
  uname,
  unexpand,
  uniq,
  unlink,
  uptime,
  users,
  wasi,
  watch,
  wc,
  whereis,
  which,
  whoami,
  xargs,
  yes,
};

type Tools = Record<string, Tool>;

/** Every tool. Those of data/ load their group when they run; `loadData` is called again after it failed. */
export function allTools(loadData: () => Promise<Tools>): Tools {
  const all: Tools = { ...tools };
  for (const name of dataNames) all[name] = async (context) => (await loadData())[name](context);
  return all;
}

/** All that this file is loaded for. */
export function toolSet(loadData: () => Promise<Tools>): ToolSet {
  return { tools: allTools(loadData), lateBuiltins, parts };
}
