// The operators of `test`, `[` and `[[`: files, strings, numbers. Asked of a small context, so that the tool entries can use them
// without a shell.

import {
  AT_FDCWD,
  encode,
  newStat,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  type Stat,
  type System,
} from "@vibengine/system";
import { NAMEREF, type Variables } from "../execute/variables.ts";
import { whole } from "../locale.ts";

export interface TestContext {
  sys: System;
  /** For -v, -o, -R; absent in a tool. */
  vars?: Variables;
  args?: string[];
  options?: object;
  arithmetic?: { key(name: string, index: string): number | string };
}

const first = newStat();
const second = newStat();

function stat(context: TestContext, path: string, follow: boolean, into: Stat): boolean {
  if (path === "") return false;
  const descriptor = /^\/dev\/fd\/([0-9]+)$/.exec(path);
  if (descriptor) return context.sys.fstat(Number(descriptor[1]), into) >= 0;
  return context.sys.stat(AT_FDCWD, encode(path), follow, into) >= 0;
}

function isType(context: TestContext, path: string, type: number, follow = true): boolean {
  return stat(context, path, follow, first) && (first.mode & S_IFMT) === type;
}

/** A unary operator's answer; null if there is no such operator. */
export function testUnary(context: TestContext, operator: string, operand: string): boolean | null {
  switch (operator) {
    case "-n":
      return operand !== "";
    case "-z":
      return operand === "";
    case "-e":
    case "-a":
      return stat(context, operand, true, first);
    case "-f":
      return isType(context, operand, S_IFREG);
    case "-d":
      return isType(context, operand, S_IFDIR);
    case "-h":
    case "-L":
      return isType(context, operand, S_IFLNK, false);
    case "-c":
      return isType(context, operand, S_IFCHR);
    case "-p":
      return isType(context, operand, S_IFIFO);
    case "-b":
      return isType(context, operand, 0o060000);
    case "-S":
      return isType(context, operand, 0o140000);
    case "-s":
      return stat(context, operand, true, first) && (first.size > 0 || (first.mode & S_IFMT) === S_IFDIR);
    // Reading and writing are refused to nobody; modes are honoured for execution.
    case "-r":
    case "-w":
      return stat(context, operand, true, first);
    case "-x":
      return stat(context, operand, true, first) && ((first.mode & S_IFMT) === S_IFDIR || (first.mode & 0o111) !== 0);
    case "-u":
      return stat(context, operand, true, first) && (first.mode & 0o4000) !== 0;
    case "-g":
      return stat(context, operand, true, first) && (first.mode & 0o2000) !== 0;
    case "-k":
      return stat(context, operand, true, first) && (first.mode & 0o1000) !== 0;
    case "-O":
      return stat(context, operand, true, first) && first.uid === context.sys.uid;
    case "-G":
      return stat(context, operand, true, first) && first.gid === context.sys.gid;
    case "-N":
      return (
        stat(context, operand, true, first) &&
        order(first.mtimeSec, first.mtimeNsec, first.atimeSec, first.atimeNsec) > 0
      );
    case "-t":
      return /^\s*[0-9]+\s*$/.test(operand) && context.sys.isatty(Number(operand));
    case "-v":
      return isSet(context, operand);
    case "-R":
      return context.vars === undefined ? null : ((context.vars.table.get(operand)?.flags ?? 0) & NAMEREF) !== 0;
    case "-o":
      return context.options === undefined ? null : (context.options as Record<string, unknown>)[operand] === true;
    default:
      return null;
  }
}

function isSet(context: TestContext, name: string): boolean {
  if (/^[0-9]+$/.test(name)) return Number(name) === 0 || context.args?.[Number(name) - 1] !== undefined;
  const match = /^([A-Za-z_]\w*)(?:\[(.+)\])?$/s.exec(name);
  const variable = match ? context.vars?.find(match[1]) : undefined;
  if (!match || variable === undefined) return false;
  if (match[2] === undefined)
    return variable.list
      ? variable.list[0] !== undefined
      : variable.map
        ? variable.map.has("0")
        : variable.value !== undefined;
  if (match[2] === "@" || match[2] === "*")
    return variable.list
      ? variable.list.length > 0
      : variable.map
        ? variable.map.size > 0
        : variable.value !== undefined;
  const key = context.arithmetic?.key(match[1], match[2]);
  if (variable.map) return variable.map.has(String(key));
  return context.vars!.getElement(match[1], key!) !== undefined;
}

/** A binary operator's answer on strings or files; null if it is none of these (then it may be one on numbers). */
export function testBinary(context: TestContext, left: string, operator: string, right: string): boolean | null {
  switch (operator) {
    case "=":
    case "==":
      return left === right || whole(left) === whole(right);
    case "!=":
      return whole(left) !== whole(right);
    case "<":
      return left < right;
    case ">":
      return left > right;
    case "-ef":
      return (
        stat(context, left, true, first) &&
        stat(context, right, true, second) &&
        first.ino === second.ino &&
        first.dev === second.dev
      );
    case "-nt": {
      const exists = stat(context, left, true, first);
      return (
        exists &&
        (!stat(context, right, true, second) ||
          order(first.mtimeSec, first.mtimeNsec, second.mtimeSec, second.mtimeNsec) > 0)
      );
    }
    case "-ot": {
      const exists = stat(context, right, true, second);
      return (
        exists &&
        (!stat(context, left, true, first) ||
          order(first.mtimeSec, first.mtimeNsec, second.mtimeSec, second.mtimeNsec) < 0)
      );
    }
    default:
      return null;
  }
}

function order(sec: number, nsec: number, otherSec: number, otherNsec: number): number {
  return sec - otherSec || nsec - otherNsec;
}
