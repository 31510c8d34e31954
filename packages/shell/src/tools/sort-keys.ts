// Sort keys: how -k names them. Where in a line one lies is found by sort-kernel.wat.

import { Failure } from "./define.ts";
import { quotePlain } from "./quote.ts";

/** How two keys compare: letters of sort's ordering options, and whether the order is reversed. */
export interface Order {
  numeric: "n" | "g" | "h" | "M" | "V" | "R" | null;
  dictionary: boolean;
  fold: boolean;
  printable: boolean;
  reverse: boolean;
}

export interface Key extends Order {
  startField: number;
  startCharacter: number;
  /** 0: to the end of the line. endCharacter 0: to the end of the field. */
  endField: number;
  endCharacter: number;
  skipStartBlanks: boolean;
  skipEndBlanks: boolean;
}

/** Reads `F[.C][OPTS][,F[.C][OPTS]]`; null ordering letters inherit the global ones. */
export function parseKey(text: string, global: Order & { blanks: boolean }): Key {
  const match = /^(\d*)(?:\.(\d*))?([a-zA-Z]*)(?:,(\d*)(?:\.(\d*))?([a-zA-Z]*))?(.*)$/s.exec(text)!;
  const [, startField, startCharacter, startLetters, endField, endCharacter, endLetters, rest] = match;
  const invalid = (why: string, what: string) =>
    new Failure(`${why}: invalid field specification ${quotePlain(what)}`, 2);
  const badCount = (at: string) =>
    new Failure(`invalid number at field start: invalid count at start of ${quotePlain(at)}`, 2);
  if (startField === "") throw badCount(text);
  if (Number(startField) === 0) throw invalid("field number is zero", text);
  if (startCharacter !== undefined && Number(startCharacter) === 0) {
    if (startCharacter === "")
      throw new Failure(`invalid number after '.': invalid count at start of ${quotePlain(startLetters + rest)}`, 2);
    throw invalid("character offset is zero", text);
  }
  if (endField === "")
    throw new Failure(`invalid number after ',': invalid count at start of ${quotePlain(endLetters + rest)}`, 2);
  if (endField !== undefined && Number(endField) === 0) throw invalid("field number is zero", text);
  const letters = startLetters + (endLetters ?? "");
  if (rest !== "" || /[^bdfghiMnRrV]/.test(letters)) throw invalid("stray character in field spec", text);
  const inherits = letters === "";
  return {
    ...(inherits ? global : parseOrder(letters)),
    startField: Number(startField),
    startCharacter: Number(startCharacter ?? 1),
    endField: Number(endField ?? 0),
    endCharacter: Number(endCharacter ?? 0),
    skipStartBlanks: inherits ? global.blanks : startLetters.includes("b"),
    skipEndBlanks: inherits ? global.blanks : (endLetters ?? "").includes("b"),
  };
}

export function parseOrder(letters: string): Order {
  const kinds = (["n", "g", "h", "M", "V", "R"] as const).filter((letter) => letters.includes(letter));
  if (kinds.length > 1) throw new Failure(`options '-${kinds.slice(0, 2).sort().join("")}' are incompatible`, 2);
  return {
    numeric: kinds[0] ?? null,
    dictionary: letters.includes("d"),
    fold: letters.includes("f"),
    printable: letters.includes("i"),
    reverse: letters.includes("r"),
  };
}
