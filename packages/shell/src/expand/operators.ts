// The operators of `${…}`: defaults, lengths, trimming, replacing, substrings, case, indirection, transformation.
// Lists (`$@`, `${a[@]}`) are operated on element by element.

import type { ParameterPart, Word } from "../ast.ts";
import { toolsForExpansion } from "../builtins/late.ts";
import { ShellFault } from "../execute/control.ts";
import type { Shell } from "../execute/shell.ts";
import { ELEMENT } from "../execute/variables.ts";
import { whole } from "../locale.ts";
import { literalWord } from "../parser/words.ts";
import { apply, countCharacters, number } from "./apply.ts";
import { characters } from "./characters.ts";
import type { Collector } from "./fields.ts";
import { expandSubscript, firstSeparator, parameterList, parameterValue, subscriptKey } from "./parameters.ts";
import { expandPrompt } from "./prompt.ts";
import { quoteAlways } from "./quote.ts";
import { effect } from "./replay.ts";
import { expandText, put, walk } from "./words.ts";

export function expandParameter(shell: Shell, part: ParameterPart, quoted: boolean, into: Collector): void {
  if (shell.vars.hasReferences && part.index === null && !part.all && !part.indirect) {
    const target = ELEMENT.exec(shell.vars.targetOf(part.name));
    if (target) part = { ...part, ...pickTarget(shell, target[1], target[2]) };
  }
  let { colon } = part;
  if (part.operator === "bad") throw new ShellFault(`${part.source}: bad substitution`);
  if (part.indirect) {
    const target = indirect(shell, part, quoted, into);
    if (target === null) return;
    // A list found that way is null only without elements.
    colon &&= !target.all;
    part = target;
  }
  const list = parameterList(shell, part);
  if (part.length) {
    const count = () => countCharacters(characters(shell, scalar(shell, part) ?? unset(shell, part)));
    put(into, String(list ? list.length : count()), quoted);
    return;
  }
  const { operator } = part;
  if (operator === "-" || operator === "=" || operator === "?" || operator === "+") {
    const star = part.all === "*" || part.name === "*";
    const value = list
      ? list.length > 0
        ? list.join(star && quoted ? firstSeparator(shell) : " ")
        : undefined
      : scalar(shell, part);
    // An empty list in quotes counts as empty text when there is one empty parameter.
    const isSet = colon ? value !== undefined && value !== "" : value !== undefined;
    if (operator === "+") {
      if (isSet) walkAlternative(shell, part.word as Word, quoted, into);
      else if (quoted && !hasList(part.word as Word) && !(list && !star)) into.quoted("");
      return;
    }
    if (!isSet) {
      alternative(shell, part, quoted, into);
      return;
    }
  } else if (operator === "@" && !list) {
    const found = scalar(shell, part);
    const about = part.word?.literal === "a" || part.word?.literal === "A";
    const value = found ?? (about && shell.vars.find(part.name) ? "" : undefined);
    if (value === undefined) {
      if (shell.options.nounset) unset(shell, part);
      if (quoted) into.quoted("");
      return;
    }
    put(into, whole(transform(shell, part, characters(shell, value))), quoted);
    return;
  }
  if (list) {
    putList(shell, part, applyToList(shell, part, list), quoted, into);
    return;
  }
  const value = scalar(shell, part);
  if (value === undefined && operator !== "-" && operator !== "=" && operator !== "?") unset(shell, part);
  put(into, value === undefined ? "" : apply(shell, part, value), quoted);
}

function scalar(shell: Shell, part: ParameterPart): string | undefined {
  return parameterValue(shell, part);
}

function hasList(word: Word): boolean {
  return word.parts.some((part) => part.kind === "double" && part.parts.length === 0) || word.parts.length === 0;
}

/** An unset parameter counts as empty, unless `set -u`. */
function unset(shell: Shell, part: ParameterPart): string {
  if (shell.options.nounset)
    throw new ShellFault(
      `${/^[^A-Za-z_$]/.test(part.source) ? "$" : ""}${part.name}${part.index ? `[${part.index.source ?? ""}]` : ""}: unbound variable`,
      true,
      127,
    );
  return "";
}

/** `${!name}`: the part for what it names; null if the result (names, keys) was already put. */
function indirect(shell: Shell, part: ParameterPart, quoted: boolean, into: Collector): ParameterPart | null {
  if (part.operator === "names") {
    const names = [...shell.vars.table.keys()].filter((name) => name.startsWith(part.name)).sort();
    putList(shell, part, names, quoted, into, "");
    return null;
  }
  if (part.all && part.operator === "") {
    putList(shell, part, shell.vars.elements(part.name, true), quoted, into, " ");
    return null;
  }
  const reference = shell.vars.table.get(part.name);
  if (reference && (reference.flags & 32) !== 0) {
    put(into, shell.vars.targetOf(part.name), quoted);
    return null;
  }
  const list = parameterList(shell, part);
  const name = list ? (list.length > 0 ? list.join(" ") : undefined) : scalar(shell, part);
  if (name === undefined || name === "") {
    const known = /^[0-9@*#?$!-]/.test(part.name) || (shell.vars.find(part.name) !== undefined && !part.all);
    if (name === "" && !list) throw new ShellFault(": invalid variable name");
    if (name === undefined && !known)
      throw new ShellFault(`${part.source.replace(/^\$\{!|\}$|[-=?+:#%/^,@].*/g, "")}: invalid indirect expansion`);
    return { ...part, indirect: false, index: null, all: "", name: "_unset_indirect_" };
  }
  const match = /^([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])(?:\[(.*)\])?$/s.exec(name);
  if (!match) throw new ShellFault(`${name}: invalid variable name`);
  const target: ParameterPart = { ...part, ...pickTarget(shell, match[1], match[2]), indirect: false };
  return target;
}

function pickTarget(shell: Shell, name: string, index: string | undefined): Partial<ParameterPart> {
  if (index === "@" || index === "*") return { name, all: index, index: null };
  return { name, all: "", index: index === undefined ? null : literalWord(expandSubscript(shell, index)) };
}

function alternative(shell: Shell, part: ParameterPart, quoted: boolean, into: Collector): void {
  const word = part.word as Word;
  if (part.operator === "-") {
    if (quoted && word.parts.length === 1 && word.parts[0].kind === "double" && word.parts[0].parts.length === 0)
      into.quoted("");
    walkAlternative(shell, word, quoted, into);
  } else if (part.operator === "=") {
    if (!/^[A-Za-z_]/.test(part.name)) throw new ShellFault(`$${part.name}: cannot assign in this way`);
    const value = expandText(shell, word);
    effect(shell, () => {
      if (part.index) shell.vars.setElement(part.name, subscriptKey(shell, part.name, part.index), value);
      else shell.vars.set(part.name, value);
      return 0;
    });
    put(into, value, quoted);
  } else {
    const silent = word.parts.every((each) => each.kind === "double" && each.parts.length === 0);
    const message = silent ? `parameter ${part.colon ? "null or " : ""}not set` : expandText(shell, word);
    throw new ShellFault(
      `${part.name}${part.index ? `[${expandText(shell, part.index)}]` : ""}: ${message}`,
      true,
      127,
    );
  }
}

/** The text of a default is part of the expansion's result: outside quotes it is split. */
function walkAlternative(shell: Shell, word: Word, quoted: boolean, into: Collector): void {
  for (const each of word.parts) {
    if (each.kind === "text" && !quoted) into.split(each.text);
    else walk(shell, [each], quoted, into);
  }
}

/** `glue`: what joins names and keys outside quotes when IFS is empty. */
function putList(
  shell: Shell,
  part: ParameterPart,
  list: string[],
  quoted: boolean,
  into: Collector,
  glue?: string,
): void {
  const star = part.all === "*" || part.name === "*";
  if (quoted && star) {
    into.quoted(list.join(firstSeparator(shell)));
    return;
  }
  const separator = firstSeparator(shell);
  // Unquoted, what IFS joins it splits again, but for blanks, which would swallow empty elements.
  if (into.mode === "fields" && !quoted && separator !== "" && !shell.separators.blank.includes(separator)) {
    into.split(list.join(separator));
    return;
  }
  if (into.mode === "fields" && star && separator === "" && glue !== undefined && list.length > 0) {
    into.split(list.join(glue));
    return;
  }
  if (into.mode !== "fields") {
    const joined = list.join(star ? separator : " ");
    if (list.length > 0) put(into, joined, quoted);
    return;
  }
  for (let i = 0; i < list.length; i++) {
    if (i > 0) into.end();
    put(into, list[i], quoted);
  }
}

function applyToList(shell: Shell, part: ParameterPart, list: string[]): string[] {
  switch (part.operator) {
    case "":
    case "-":
    case "=":
    case "?":
      return list;
    case ":":
      return slice(shell, part, list);
    case "@":
      if (part.word?.literal === "k" && part.all) {
        const keys = shell.vars.elements(part.name, true);
        return list.flatMap((value, i) => [keys[i], value]);
      }
      if (part.word?.literal === "A" && !part.all)
        return list.length > 0 ? [`set -- ${list.map(quoteAlways).join(" ")}`] : [];
      if (part.word?.literal === "K" || part.word?.literal === "A") return [transform(shell, part, "")];
      return list.map((value) => whole(transform(shell, part, characters(shell, value))));
    default:
      return list.map((value) => apply(shell, part, value));
  }
}

function transform(shell: Shell, part: ParameterPart, value: string): string {
  if (part.word?.literal === "P") return expandPrompt(shell, value);
  return toolsForExpansion(shell).parts.transform(shell, part, value);
}

function slice(shell: Shell, part: ParameterPart, list: string[]): string[] {
  // `$@` counts from `$0`; an indexed array's offset is an index.
  const positional = part.name === "@" || part.name === "*";
  const all = positional ? [shell.name, ...list] : list;
  let offset = number(shell, part, part.word as Word);
  const variable = positional ? undefined : shell.vars.find(part.name);
  if (offset < 0) offset += positional ? all.length : (variable?.list?.length ?? all.length);
  if (offset < 0) return [];
  if (variable?.map) offset = Math.max(0, offset - 1);
  else if (!positional) {
    offset = shell.vars.elements(part.name, true).findIndex((key) => Number(key) >= offset);
    if (offset < 0) return [];
  }
  if (part.word2 === null) return all.slice(offset);
  const length = number(shell, part, part.word2);
  if (length < 0) throw new ShellFault(`${expandText(shell, part.word2)}: substring expression < 0`);
  return all.slice(offset, offset + length);
}
