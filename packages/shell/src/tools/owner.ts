// chown and chgrp.

import { AT_FDCWD, encode, strerror } from "@vibengine/system";
import { readAccounts } from "./accounts.ts";
import { define, Failure, type Invocation, UsageError } from "./define.ts";
import { isDir, isLink, join, list, stat } from "./files.ts";
import { quote, quotePlain } from "./quote.ts";

const OPTIONS = `  -c, --changes          like verbose but report only when a change is made
  -f, --silent, --quiet  suppress most error messages
  -v, --verbose          output a diagnostic for every file processed
      --dereference      affect the referent of each symbolic link (default)
  -h, --no-dereference   affect symbolic links instead of any referenced file
      --from=CURRENT     change only files of this owner and group
      --no-preserve-root  (ignored)
      --preserve-root    (ignored)
      --reference=RFILE  use RFILE's owner and group
  -R, --recursive        operate on files and directories recursively
  -H                     if a command line argument is a symbolic link to a directory, traverse it
  -L                     traverse every symbolic link to a directory encountered
  -P                     do not traverse any symbolic links (default)`;

export const chown = define(
  {
    name: "chown",
    usage: "[OPTION]... [OWNER][:[GROUP]] FILE...\n[OPTION]... --reference=RFILE FILE...",
    help: `Change the owner and/or group of each FILE to OWNER and/or GROUP.\n\n${OPTIONS}`,
  },
  (invocation) => change(invocation, false),
);

export const chgrp = define(
  {
    name: "chgrp",
    usage: "[OPTION]... GROUP FILE...\n[OPTION]... --reference=RFILE FILE...",
    help: `Change the group of each FILE to GROUP.\n\n${OPTIONS}`,
  },
  (invocation) => change(invocation, true),
);

async function change(invocation: Invocation, groupOnly: boolean): Promise<void> {
  const { options, operands, sys, stdout } = invocation;
  const accounts = readAccounts(sys);
  let [uid, gid] = [-1, -1];
  const reference = options.value("reference");
  const parse = (text: string, user: boolean) => {
    const id = user ? accounts.uidOf(text) : accounts.gidOf(text);
    if (id < 0) throw new Failure(`invalid ${user ? "user" : "group"}: ${quotePlain(given)}`);
    return id;
  };
  let given = "";
  if (reference !== undefined) {
    const found = stat(sys, reference);
    if (typeof found === "number")
      throw new Failure(`failed to get attributes of ${quote(reference)}: ${strerror(found)}`);
    [uid, gid] = [groupOnly ? -1 : found.uid, found.gid];
  } else {
    const text = operands.shift();
    if (text === undefined) throw new UsageError("missing operand");
    given = text;
    if (operands.length === 0) throw new UsageError(`missing operand after ${quotePlain(text)}`);
    if (groupOnly) gid = text === "" ? -1 : parse(text, false);
    else {
      const [owner, group] = text.includes(":") ? text.split(/:(.*)/s) : text.split(/\.(?=[^.]*$)/);
      if (owner !== "") uid = parse(owner, true);
      if (group) gid = parse(group, false);
      else if (text.endsWith(":") && uid >= 0) gid = uid;
    }
  }
  if (operands.length === 0) throw new UsageError("missing operand");
  const warn = (text: string) => {
    if (options.has("f")) invocation.status = 1;
    else invocation.warn(text);
  };
  const follow = options.last("h", "dereference") !== "h" && !options.has("R");
  const name = (id: number, own: number, user: boolean) =>
    user ? accounts.user(id < 0 ? own : id) : accounts.group(id < 0 ? own : id);
  const apply = async (path: string, top: boolean): Promise<void> => {
    const through = follow || options.has("L") || (top && options.has("H"));
    const found = stat(sys, path, through);
    if (typeof found === "number") return warn(`cannot access ${quote(path)}: ${strerror(found)}`);
    const result = sys.chown(AT_FDCWD, encode(path), uid, gid, through && !isLink(found));
    const what = groupOnly ? "group" : "ownership";
    if (result < 0) {
      warn(`changing ${what} of ${quote(path)}: ${strerror(result)}`);
    } else {
      const changed = (uid >= 0 && uid !== found.uid) || (gid >= 0 && gid !== found.gid);
      if (options.has("v") || (options.has("c") && changed)) {
        const full = (u: number, g: number) =>
          groupOnly
            ? name(g, found.gid, false)
            : given.includes(":") || reference !== undefined
              ? `${name(u, found.uid, true)}:${name(g, found.gid, false)}`
              : name(u, found.uid, true);
        await stdout.write(
          changed
            ? `changed ${what} of ${quote(path)} from ${full(found.uid, found.gid)} to ${full(uid, gid)}\n`
            : `${what} of ${quote(path)} retained as ${full(found.uid, found.gid)}\n`,
        );
      }
    }
    if (!options.has("R") || !isDir(found)) return;
    await invocation.yield();
    const names = list(sys, path);
    if (typeof names === "number") return warn(`cannot read directory ${quote(path)}: ${strerror(names)}`);
    for (const inner of names) await apply(join(path, inner), false);
  };
  for (const path of operands) await apply(path, true);
}
