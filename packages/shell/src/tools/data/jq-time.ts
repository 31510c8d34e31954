// jq's broken down times: [year, month from 0, day, hours, minutes, seconds, weekday, day of the year], in UTC. Pure.

import { DAYS, MONTHS } from "../../strftime.ts";
import { JqError, type Value } from "./jq-value.ts";

const DAY = 86_400;

export function breakDown(seconds: number): Value[] {
  const whole = Math.floor(seconds);
  const date = new Date(whole * 1000);
  const year = date.getUTCFullYear();
  const start = Date.UTC(year, 0, 1) / 1000;
  return [
    year,
    date.getUTCMonth(),
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds() + (seconds - whole),
    date.getUTCDay(),
    Math.floor((whole - start) / DAY),
  ];
}

export function makeTime(parts: Value[], name: string): number {
  if (parts.length < 6) throw new JqError(`${name} requires array of 6 numbers`);
  const numbers = parts.slice(0, 6).map((part) => {
    if (typeof part !== "number") throw new JqError(`${name} requires parsed datetime inputs`);
    return part;
  });
  const [year, month, day, hours, minutes, seconds] = numbers;
  return Date.UTC(year, month, day, hours, minutes, Math.floor(seconds)) / 1000;
}

const named = (names: readonly string[], text: string): [number, number] => {
  const at = names.findIndex((name) => text.toLowerCase().startsWith(name.slice(0, 3).toLowerCase()));
  if (at < 0) return [-1, 0];
  const full = names[at].toLowerCase();
  return [at, text.toLowerCase().startsWith(full) ? full.length : 3];
};

export function parseTime(text: string, format: string): Value[] {
  const fail = () => new JqError(`date "${text}" does not match format "${format}"`);
  let rest = text;
  let [year, month, day, hours, minutes, seconds] = [1900, 0, 1, 0, 0, 0];
  let [epoch, yearDay, afternoon]: [number | null, number | null, boolean | null] = [null, null, null];
  const take = (pattern: RegExp): string => {
    const match = pattern.exec(rest);
    if (!match) throw fail();
    rest = rest.slice(match[0].length);
    return match[0];
  };
  const digits = (most: number) => Number(take(new RegExp(`^\\s*[+-]?\\d{1,${most}}`)));
  const run = (pattern: string) => {
    for (const [whole, letter] of pattern.matchAll(/%[EO-]?([A-Za-z%])|\s+|[^%\s]+|%/g)) {
      if (letter === undefined) {
        if (/^\s/.test(whole)) take(/^\s*/);
        else if (rest.startsWith(whole)) rest = rest.slice(whole.length);
        else throw fail();
        continue;
      }
      switch (letter) {
        case "Y":
          year = digits(4);
          break;
        case "m":
          month = digits(2) - 1;
          break;
        case "d":
        case "e":
          day = digits(2);
          break;
        case "H":
        case "I":
        case "k":
        case "l":
          hours = digits(2);
          break;
        case "M":
          minutes = digits(2);
          break;
        case "S":
          seconds = digits(2);
          break;
        case "y": {
          const short = digits(2);
          year = short + (short < 69 ? 2000 : 1900);
          break;
        }
        case "j":
          yearDay = digits(3) - 1;
          break;
        case "p":
          afternoon = /^pm/i.test(take(/^[ap]m/i));
          break;
        case "s":
          epoch = digits(20);
          break;
        case "Z":
          take(/^[A-Za-z]+/);
          break;
        case "z":
          // The C library reads the zone and has no use for it.
          take(/^(?:Z|[-+]\d\d:?\d\d)/);
          break;
        case "a":
        case "A":
        case "b":
        case "B":
        case "h": {
          const [at, length] = named(letter.toLowerCase() === "a" ? DAYS : MONTHS, rest);
          if (at < 0) throw fail();
          if (letter.toLowerCase() !== "a") month = at;
          rest = rest.slice(length);
          break;
        }
        case "u":
        case "w":
          digits(1);
          break;
        case "U":
        case "W":
        case "V":
          digits(2);
          break;
        case "T":
          run("%H:%M:%S");
          break;
        case "R":
          run("%H:%M");
          break;
        case "D":
          run("%m/%d/%y");
          break;
        case "F":
          run("%Y-%m-%d");
          break;
        case "c":
          run("%a %b %e %H:%M:%S %Y");
          break;
        case "n":
        case "t":
          take(/^\s*/);
          break;
        case "%":
          take(/^%/);
          break;
        default:
          throw fail();
      }
    }
  };
  run(format);
  if (rest !== "") throw fail();
  if (epoch !== null) return breakDown(epoch);
  if (afternoon !== null) hours = (hours % 12) + (afternoon ? 12 : 0);
  if (yearDay !== null) [month, day] = [0, yearDay + 1];
  return breakDown(Date.UTC(year, month, day, hours, minutes, seconds) / 1000);
}
