// find: walks trees and evaluates an expression on each file. The expression's language is find-expression.ts.

import { decode, type Stat, strerror } from "@vibengine/system";
import {
  closeInput,
  type Description,
  defineRaw,
  Failure,
  type Invocation,
  openInput,
  printHelp,
  printVersion,
} from "./define.ts";
import { compareNames, isDir, join, list, stat } from "./files.ts";
import { parseExpression } from "./find-expression.ts";
import { quote } from "./quote.ts";

const DESCRIPTION: Description = {
  name: "find",
  usage: "[-H] [-L] [-P] [PATH]... [EXPRESSION]",
  help: `Search for files in directory trees. Default PATH is the current directory; default EXPRESSION is -print.

operators: ( EXPR )   ! EXPR   -not EXPR   EXPR1 -a EXPR2   EXPR1 -and EXPR2   EXPR1 -o EXPR2   EXPR1 -or EXPR2   EXPR1 , EXPR2
options: -depth -daystart -files0-from FILE -follow -maxdepth LEVELS -mindepth LEVELS -mount -regextype TYPE -xdev
tests: -name -iname -path -ipath -wholename -regex -iregex -lname -type [fdlpc] -xtype -size N[bcwkMG] -empty -perm [-/]MODE
       -newer FILE -mtime N -mmin N -atime N -amin N -ctime N -cmin N -user NAME -group NAME -uid N -gid N -links N -inum N
       -newerXY REFERENCE -samefile FILE -nouser -nogroup -fstype TYPE -used N -readable -writable -executable -true -false
actions: -print -print0 -printf FORMAT -ls -fprint FILE -fprint0 FILE -fprintf FILE FORMAT -fls FILE -delete -prune -quit
       -exec COMMAND ; -exec COMMAND {} + -execdir COMMAND ; -execdir COMMAND {} + -ok COMMAND ; -okdir COMMAND ;
A number N may be +N for more than N, -N for less than N.
`,
};

export const find = defineRaw(DESCRIPTION, async (invocation) => {
  const words = invocation.argv.slice(1);
  if (words.includes("-help") || words.includes("--help")) return printHelp(invocation, DESCRIPTION);
  if (words.includes("-version") || words.includes("--version")) return printVersion(invocation);
  let follow = "never";
  for (; /^-([HLP]|O\d|D)$/.test(words[0] ?? ""); words.shift()) {
    // How to optimize and what to trace: taken, and of no effect.
    if (words[0] === "-D") words.shift();
    else if (words[0][1] !== "O") follow = { H: "given", L: "always", P: "never" }[words[0][1] as "H"];
  }
  const paths: string[] = [];
  while (words.length > 0 && !/^-.|^[(!]$/.test(words[0])) paths.push(words.shift()!);
  const from = words.indexOf("-files0-from");
  if (from >= 0) {
    const [, list] = words.splice(from, 2);
    if (list === undefined) throw new Failure("missing argument to `-files0-from'");
    if (paths.length > 0)
      throw new Failure(`extra operand ${quote(paths[0])}\nfind: file operands cannot be combined with -files0-from`);
    const reader = openInput(invocation, list, quote);
    if (!reader) return invocation.status;
    paths.push(
      ...decode(await reader.readAll())
        .split("\0")
        .filter((path) => path !== ""),
    );
    closeInput(invocation, reader);
    if (paths.length === 0) return invocation.status;
  }
  const expression = parseExpression(words, invocation, follow === "always");
  for (const path of paths.length > 0 ? paths : ["."]) {
    await walk(invocation, expression, follow, path);
    if (expression.context.quit) break;
  }
  await expression.finish();
  return invocation.status;
});

type Expression = ReturnType<typeof parseExpression>;

async function walk(invocation: Invocation, expression: Expression, follow: string, root: string): Promise<void> {
  const { context } = expression;
  const visit = async (path: string, name: string, depth: number, device: number | null): Promise<void> => {
    const { sys } = invocation;
    const followed = follow === "always" || (follow === "given" && depth === 0);
    let found = stat(sys, path, followed);
    if (typeof found === "number" && followed) found = stat(sys, path, false);
    if (typeof found === "number") return invocation.warn(`${quote(path)}: ${strerror(found)}`);
    await evaluate(path, name, depth, found, device);
  };
  const evaluate = async (
    path: string,
    name: string,
    depth: number,
    found: Stat,
    device: number | null,
  ): Promise<void> => {
    context.prune = false;
    const entry = { path, name, depth, stat: found, root };
    const apply = async () => {
      if (depth >= context.minDepth) {
        const result = expression.test(entry);
        if (typeof result !== "boolean") await result;
      }
    };
    if (!context.depthFirst) await apply();
    if (context.quit) return;
    const descend =
      isDir(found) &&
      depth < context.maxDepth &&
      !context.prune &&
      !(context.oneDevice && device !== null && device !== found.dev);
    if (descend) {
      await invocation.yield();
      const names = list(invocation.sys, path);
      if (typeof names === "number") invocation.warn(`${quote(path)}: ${strerror(names)}`);
      else {
        for (const inner of names.sort(compareNames)) {
          await visit(join(path, inner), inner, depth + 1, found.dev);
          if (context.quit) return;
        }
      }
    }
    if (context.depthFirst) await apply();
  };
  const name = root.replace(/(.)\/+$/, "$1");
  await visit(root, name.slice(name.lastIndexOf("/") + 1) || "/", 0, null);
}
