// The ways touch -t, touch -d, date -d and find -newermt let one write a moment. Pure, but for the clock.

import { dayOf, monthOf, ORDINALS, SHIFTS, UNITS, zoneOffset } from "./moment-words.ts";
import { UTC, type Zone, zoneOf } from "./zone.ts";

export interface Moment {
  sec: number;
  nsec: number;
}

/** touch -t: [[CC]YY]MMDDhhmm[.ss]; null when it is not that. */
export function parseStamp(text: string, now: number, zone: Zone = UTC): number | null {
  const match = /^(\d\d)?(\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d\d))?$/.exec(text);
  if (!match) return null;
  let [, century, years, month, day, hour, minute, second] = match;
  if (century !== undefined && years === undefined) [century, years] = [undefined as unknown as string, century];
  const short = Number(years);
  const year =
    years === undefined
      ? new Date(now * 1000).getUTCFullYear()
      : century !== undefined
        ? Number(century + years)
        : short + (short < 69 ? 2000 : 1900);
  return clockTime(zone, [year, Number(month), Number(day), Number(hour), Number(minute), Number(second ?? 0)]);
}

type Fields = [year: number, month: number, day: number, hour: number, minute: number, second: number];

/** Seconds since 1970 of these fields in UTC; fields out of their range carry over. */
function utcSeconds([year, month, day, hour, minute, second]: Fields): number {
  const date = new Date(Date.UTC(2000, month - 1, day, hour, minute, second));
  // Years below 100 would be taken for 19xx.
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  return date.getTime() / 1000;
}

/** The moment when a zone's clock shows these fields; null if it never does, unless `lenient`. The earlier one if it does so twice. */
function clockTime(zone: Zone, fields: Fields, lenient = false): number | null {
  const utc = utcSeconds(fields);
  if (Number.isNaN(utc)) return null;
  if (!lenient) {
    const shown = new Date(utc * 1000);
    const [year, month, day, hour, minute, second] = fields;
    if (shown.getUTCFullYear() !== year || shown.getUTCMonth() !== month - 1 || shown.getUTCDate() !== day) return null;
    if (hour > 23 || minute > 59 || second > 59) return null;
  }
  const offsets = [zone.offsetAt(utc - 86400), zone.offsetAt(utc + 86400)];
  const times = offsets.filter((offset) => zone.offsetAt(utc - offset) === offset).map((offset) => utc - offset);
  if (times.length > 0) return Math.min(...times);
  return lenient ? utc - offsets[0] : null;
}

/**
 * A moment in words, as GNU's tools read it: items in any order, each a date, a time, a zone, a weekday or a shift. null when it is not
 * understood, or there is no such moment.
 * @param zone whose clock the words go by, unless they name another
 */
export function parseMoment(text: string, now: number, zone: Zone = UTC): Moment | null {
  const named = /^\s*TZ="([^"]*)"\s*/.exec(text);
  const rest = (named ? text.slice(named[0].length) : text).replace(/\([^()]*\)/g, " ");
  const own = named ? zoneOf(named[1]) : zone;
  const at = /^\s*@\s*([-+]?\d+)(?:[.,](\d+))?\s*$/.exec(rest);
  if (at) return fraction(at[1], at[2]);
  return new Words(rest.toLowerCase()).moment(now, own);
}

/** -1.5 is half a second behind -2. */
function fraction(whole: string, digits = ""): Moment {
  const nsec = Number(digits.padEnd(9, "0").slice(0, 9));
  const sec = Number(whole);
  return whole.startsWith("-") && nsec > 0 ? { sec: sec - 1, nsec: 1e9 - nsec } : { sec, nsec };
}

class Words {
  #rest: string;
  #date: { year?: number; month: number; day: number } | undefined;
  #time: { hour: number; minute: number; second: number; nsec: number } | undefined;
  #zone: number | undefined;
  #day: { number: number; ordinal: number } | undefined;
  #shift: { year: number; month: number; day: number; second: number; nsec: number } | undefined;
  /** Said twice, or not understood. */
  #wrong = false;

  constructor(text: string) {
    this.#rest = text;
  }

  moment(now: number, zone: Zone): Moment | null {
    for (this.#skip(""); this.#rest !== "" && !this.#wrong; ) if (!this.#item()) return null;
    if (this.#wrong) return null;
    const clock = new Date((Math.floor(now) + zone.offsetAt(Math.floor(now))) * 1000);
    const date = this.#date ?? { month: clock.getUTCMonth() + 1, day: clock.getUTCDate() };
    const timeStays = !this.#time && this.#shift && !this.#date && !this.#day;
    const time = this.#time ?? {
      hour: timeStays ? clock.getUTCHours() : 0,
      minute: timeStays ? clock.getUTCMinutes() : 0,
      second: timeStays ? clock.getUTCSeconds() : 0,
      nsec: timeStays ? Math.floor((now - Math.floor(now)) * 1e9) : 0,
    };
    const year = date.year ?? clock.getUTCFullYear();
    const fields: Fields = [year, date.month, date.day, time.hour, time.minute, time.second];
    // With a zone named, the fields are that zone's and need not exist on our clock.
    const own = this.#zone === undefined ? zone : fixed(this.#zone);
    let sec = clockTime(own, fields);
    if (sec === null) return null;
    const again = (lenient: boolean) => {
      sec = clockTime(own, fields, lenient)!;
    };
    if (this.#day && !this.#date) {
      const { number, ordinal } = this.#day;
      const today = new Date((sec + own.offsetAt(sec)) * 1000).getUTCDay();
      fields[2] += ((number - today + 7) % 7) + 7 * (ordinal - (ordinal > 0 && today !== number ? 1 : 0));
      again(true);
    }
    const shift = this.#shift ?? { year: 0, month: 0, day: 0, second: 0, nsec: 0 };
    if (shift.year || shift.month || shift.day) {
      fields[0] += shift.year;
      fields[1] += shift.month;
      fields[2] += shift.day;
      again(true);
    }
    const nsec = time.nsec + shift.nsec;
    const carry = Math.floor(nsec / 1e9);
    const result = { sec: sec + shift.second + carry, nsec: nsec - carry * 1e9 };
    return Number.isFinite(result.sec) ? result : null;
  }

  /** Drops what was read and the blanks behind it; a sign in front of a word means nothing. */
  #skip(read: string): true {
    this.#rest = this.#rest.slice(read.length).replace(/^(?:\s|[-+]+\s*(?![-+\s\d]))+/, "");
    return true;
  }

  #take(pattern: RegExp, use: (match: string[]) => boolean | void): boolean {
    const match = pattern.exec(this.#rest);
    if (!match || use(match) === false) return false;
    return this.#skip(match[0]);
  }

  #item(): boolean {
    return this.#dateItem() || this.#timeItem() || this.#shiftItem() || this.#wordItem() || this.#numberItem();
  }

  #setDate(year: string | undefined, month: number, day: string): void {
    if (this.#date) this.#wrong = true;
    this.#date = { year: year === undefined ? undefined : fullYear(year), month, day: Number(day) };
  }

  #dateItem(): boolean {
    return (
      // 2026-11-23, with the time right behind a T.
      this.#take(/^(\d+)-(\d+)-(\d+)(?![.\d])(?:t(?=\d\d?(?::|[-+]\d)))?/, ([whole, y, m, d]) => {
        this.#setDate(y, Number(m), d);
        // Not a zone's letter and a number.
        if (/^t\d/.test(this.#rest.slice(whole.length))) this.#wrong = true;
      }) ||
      this.#take(/^(\d{4,})\/(\d+)\/(\d+)/, ([, y, m, d]) => this.#setDate(y, Number(m), d)) ||
      this.#take(/^(\d+)\/(\d+)(?:\/(\d+))?/, ([, m, d, y]) => this.#setDate(y, Number(m), d)) ||
      this.#take(/^(\d+)[-\s]*([a-z]+)\.?(?:[-\s]+(\d+)(?![:\d]))?/, ([, d, name, y]) => {
        if (monthOf(name) === 0) return false;
        this.#setDate(y, monthOf(name), d);
      }) ||
      this.#take(
        /^([a-z]+)\.?[-\s]*(\d+)(?![:\d])(?:\s*,\s*(\d+)|-(\d+))?/,
        ([, name, d, y, other]) => monthOf(name) > 0 && this.#setDate(y ?? other, monthOf(name), d) === undefined,
      )
    );
  }

  #setTime(hour: string, minute: string, second = "0", digits = "", half = ""): boolean | void {
    if (this.#time) this.#wrong = true;
    const hours = Number(hour);
    if (half && (hours < 1 || hours > 12)) this.#wrong = true;
    const nsec = Number(digits.padEnd(9, "0").slice(0, 9));
    const own = half ? (hours % 12) + (half === "p" ? 12 : 0) : hours;
    this.#time = { hour: own, minute: Number(minute), second: Number(second), nsec };
  }

  #timeItem(): boolean {
    const half = /\s*([ap])(?:m|\.m\.)(?![a-z])/.source;
    return (
      this.#take(new RegExp(`^(\\d+)(?::(\\d\\d?)(?::(\\d\\d?)(?:[.,](\\d+))?)?)?${half}`), ([, h, m, s, digits, p]) =>
        this.#setTime(h, m ?? "0", s, digits, p),
      ) ||
      this.#take(
        /^(\d+):(\d\d?)(?::(\d\d?)(?:[.,](\d+))?)?(\s*[-+]\s*\d+(?::\d\d?)?)?/,
        ([, h, m, s, digits, zone]) => {
          this.#setTime(h, m, s, digits);
          if (zone) this.#setZone(0, zone);
        },
      ) ||
      (this.#date !== undefined &&
        this.#take(/^(\d\d?)([-+]\d+(?::\d\d?)?)/, ([, h, zone]) => {
          this.#setTime(h, "0");
          this.#setZone(0, zone);
        }))
    );
  }

  /** A zone, and what is added to it: hours, or hours and minutes in four digits. */
  #setZone(base: number, more = ""): void {
    if (this.#zone !== undefined) this.#wrong = true;
    const [, sign, digits, minutes] = /([-+])\s*(\d+)(?::(\d+))?/.exec(more) ?? ["", "+", "0"];
    const [high, low] =
      minutes !== undefined || digits.length <= 2
        ? [Number(digits), Number(minutes ?? 0)]
        : [Math.floor(Number(digits) / 100), Number(digits) % 100];
    const offset = high * 3600 + low * 60;
    if (offset > 86400) this.#wrong = true;
    this.#zone = base + (sign === "-" ? -offset : offset);
  }

  #addShift(kind: "year" | "month" | "day" | "second", amount: number): void {
    this.#shift ??= { year: 0, month: 0, day: 0, second: 0, nsec: 0 };
    const whole = Math.floor(amount);
    this.#shift[kind] += whole;
    this.#shift.nsec += Math.round((amount - whole) * 1e9);
  }

  #shiftItem(): boolean {
    return this.#take(
      /^(?:([-+]?)\s*(\d+(?:[.,]\d+)?)|([a-z]+))?\s*(?<![a-z])([a-z]+?)s?(?![a-z])(\s+(?:ago|hence)(?![a-z]))?/,
      (match) => {
        const [, sign, number, ordinal, name, direction] = match;
        const unit = UNITS[name];
        if (!unit || (ordinal !== undefined && ORDINALS[ordinal] === undefined)) return false;
        const [kind, size] = unit;
        if (number?.match(/[.,]/) && size !== 1) return false;
        const count = number ? Number(sign + number.replace(",", ".")) : ordinal ? ORDINALS[ordinal] : 1;
        this.#addShift(kind, (direction?.endsWith("ago") ? -count : count) * size);
      },
    );
  }

  #wordItem(): boolean {
    return this.#take(/^(?:(\d+)\s*)?([a-z]+)(\.?)/, ([whole, number, word, dot]) => {
      const behind = this.#rest.slice(whole.length);
      const following = /^\s*([a-z]+)\.?/.exec(behind);
      const setDay = (day: number, ordinal: number) => {
        if (this.#day) this.#wrong = true;
        this.#day = { number: day, ordinal };
      };
      if (number === undefined && ORDINALS[word] !== undefined && following && dayOf(following[1]) >= 0) {
        setDay(dayOf(following[1]), ORDINALS[word]);
        this.#skip(whole + following[0]);
        this.#rest = whole + this.#rest;
        return true;
      }
      if (dayOf(word) >= 0) {
        setDay(dayOf(word), number === undefined ? 0 : Number(number));
        const comma = /^\s*,/.exec(behind);
        if (comma) this.#rest = whole + behind.slice(comma[0].length);
        return true;
      }
      if (number !== undefined || dot) return false;
      if (SHIFTS[word] !== undefined) {
        this.#addShift("day", SHIFTS[word]);
        return true;
      }
      const zone = zoneOffset(word);
      if (zone === undefined) return false;
      const more = /^\s*[-+]\s*\d+(?::\d\d?)?(?!\s*[a-z\d])/.exec(behind)?.[0];
      this.#setZone(zone, more);
      if (more) this.#rest = whole + behind.slice(more.length);
      return true;
    });
  }

  /** A number by itself: the year of a date without one, a date, or a time. */
  #numberItem(): boolean {
    return this.#take(/^(\d+)(?![:/.\d])/, ([, digits]) => {
      const value = Number(digits);
      if (this.#date && this.#date.year === undefined && !this.#shift && (this.#time || digits.length > 2)) {
        this.#date.year = fullYear(digits);
      } else if (digits.length > 4) {
        this.#setDate(digits.slice(0, -4), Math.floor(value / 100) % 100, digits.slice(-2));
      } else if (digits.length <= 2) this.#setTime(digits, "0");
      else this.#setTime(digits.slice(0, -2), digits.slice(-2));
    });
  }
}

/** Two digits stand for 1969 to 2068. */
const fullYear = (digits: string) =>
  digits.length === 2 ? Number(digits) + (Number(digits) < 69 ? 2000 : 1900) : Number(digits);

const fixed = (offset: number): Zone => ({ offsetAt: () => offset, nameAt: () => "" });
