// The words that dates are written with, and what they stand for: units, ordinals, zones, months and days. Pure.

import { DAYS, MONTHS } from "../strftime.ts";

/** What a unit adds: to the calendar (years, months, days) or to the clock (seconds). */
export const UNITS: Record<string, ["year" | "month" | "day" | "second", number]> = {
  year: ["year", 1],
  month: ["month", 1],
  fortnight: ["day", 14],
  week: ["day", 7],
  day: ["day", 1],
  hour: ["second", 3600],
  minute: ["second", 60],
  min: ["second", 60],
  second: ["second", 1],
  sec: ["second", 1],
};

/** "second" is a unit, so there is no such ordinal. */
export const ORDINALS: Record<string, number> = {
  last: -1,
  this: 0,
  next: 1,
  first: 1,
  third: 3,
  fourth: 4,
  fifth: 5,
  sixth: 6,
  seventh: 7,
  eighth: 8,
  ninth: 9,
  tenth: 10,
  eleventh: 11,
  twelfth: 12,
};

export const SHIFTS: Record<string, number> = { tomorrow: 1, yesterday: -1, today: 0, now: 0 };

/** Hours east of Greenwich by name: those that GNU's tools know. */
const ZONES =
  "gmt 0 ut 0 utc 0 wet 0 west 1 bst 1 art -3 brt -3 brst -2 nst -3.5 ndt -2.5 ast -4 adt -3 clt -4 clst -3 est -5 edt -4 cst -6 cdt -5 " +
  "mst -7 mdt -6 pst -8 pdt -7 akst -9 akdt -8 hst -10 hast -10 hadt -9 sst -12 wat 1 cet 1 cest 2 met 1 mez 1 mest 2 mesz 2 eet 2 eest 3 " +
  "cat 2 sast 2 eat 3 msk 3 msd 4 ist 5.5 sgt 8 kst 9 jst 9 gst 10 nzst 12 nzdt 13";

const zones = new Map(ZONES.match(/\S+ \S+/g)!.map((pair) => pair.split(" ") as [string, string]));

/** Seconds east of Greenwich of a zone's name or of the military's letter; undefined if it is none. */
export function zoneOffset(word: string): number | undefined {
  const hours = zones.get(word);
  if (hours !== undefined) return Number(hours) * 3600;
  if (word.length !== 1 || word === "j") return undefined;
  const letter = "zabcdefghiklmnopqrstuvwxy".indexOf(word);
  return letter < 0 ? undefined : (letter > 12 ? 12 - letter : letter) * 3600;
}

const SHORT_DAYS: Record<string, number> = { tues: 2, wednes: 3, thur: 4, thurs: 4 };

/** 0 is Sunday; -1 if it is no day's name. */
export const dayOf = (word: string): number => SHORT_DAYS[word] ?? nameIn(DAYS, word);

/** 1 is January; 0 if it is no month's name. */
export const monthOf = (word: string): number => (word === "sept" ? 9 : nameIn(MONTHS, word) + 1);

/** Names may be written out, or as their first three letters. */
const nameIn = (names: string[], word: string) =>
  names.findIndex((name) => {
    const known = name.toLowerCase();
    return known === word || known.slice(0, 3) === word;
  });
