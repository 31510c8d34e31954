// The ways touch -t, touch -d and date -d let one write a moment, in UTC. Pure, but for the clock.

import { DAYS, MONTHS } from "../strftime.ts";

/** touch -t: [[CC]YY]MMDDhhmm[.ss]; null when it is not that. */
export function parseStamp(text: string, now: number): number | null {
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
  return utc(year, Number(month), Number(day), Number(hour), Number(minute), Number(second ?? 0));
}

function utc(year: number, month: number, day: number, hour: number, minute: number, second: number): number | null {
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60) return null;
  if (day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return null;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

/**
 * A moment in words, as date -d and touch -d read the common ones: 2026-11-23 [T]10:20[:30[.5]] [Z|+02:00], @seconds, now, today, yesterday,
 * tomorrow, Nov 23 2026, 23 Nov 2026, weekday names, "2 days ago", "+1 week", "next month". null when not understood.
 * @param offset seconds east of Greenwich of the clock that the words go by, unless they name another
 */
export function parseMoment(text: string, now: number, offset = 0): { sec: number; nsec: number } | null {
  let rest = text.trim().toLowerCase();
  const at = /^@(-?\d+)(?:\.(\d+))?$/.exec(rest);
  if (at) return { sec: Number(at[1]), nsec: Number((at[2] ?? "").padEnd(9, "0").slice(0, 9)) };
  const base = new Date((Math.floor(now) + offset) * 1000);
  let [year, month, day] = [base.getUTCFullYear(), base.getUTCMonth() + 1, base.getUTCDate()];
  let [hour, minute, second, nsec] = [base.getUTCHours(), base.getUTCMinutes(), base.getUTCSeconds(), 0];
  let zone = offset;
  let timed = false;
  let dated = false;
  let weekday = -1;
  let ordinal = 0;
  const shift = { month: 0, second: 0 };
  const take = (pattern: RegExp, use: (match: RegExpExecArray) => boolean | void): boolean => {
    const match = pattern.exec(rest);
    if (!match || use(match) === false) return false;
    rest = rest.slice(match[0].length).replace(/^[\s,]+/, "");
    return true;
  };
  const setDate = (y: number, m: number, d: number) => {
    [year, month, day] = [y, m, d];
    dated = true;
  };
  const monthOf = (name: string) => MONTHS.findIndex((known) => known.toLowerCase().startsWith(name.slice(0, 3))) + 1;
  const words: Record<string, number> = { now: 0, today: 0, yesterday: -86400, tomorrow: 86400 };
  const units: Record<string, number> = {
    sec: 1,
    second: 1,
    min: 60,
    minute: 60,
    hour: 3600,
    day: 86400,
    week: 604800,
    fortnight: 1209600,
  };
  while (rest !== "") {
    const understood =
      take(/^(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)(?:t(?=\d))?/, ([, y, m, d]) =>
        setDate(Number(y), Number(m), Number(d)),
      ) ||
      take(/^(\d{4})(\d\d)(\d\d)(?!\d)/, ([, y, m, d]) => setDate(Number(y), Number(m), Number(d))) ||
      take(/^(\d{1,2})\/(\d{1,2})\/(\d{4})/, ([, m, d, y]) => setDate(Number(y), Number(m), Number(d))) ||
      take(/^(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(am|pm)?/, ([, h, m, s, fraction, half]) => {
        hour = half ? (Number(h) % 12) + (half === "pm" ? 12 : 0) : Number(h);
        [minute, second, nsec, timed] = [
          Number(m),
          Number(s ?? 0),
          Number((fraction ?? "").padEnd(9, "0").slice(0, 9)),
          true,
        ];
      }) ||
      (timed &&
        take(/^([-+])\s*(?:(\d{1,2})\s*:\s*(\d{1,2})|(\d{3,4})|(\d{1,2}))(?!\d)/, ([, sign, h, m, digits, hours]) => {
          const [high, low] = digits
            ? [Math.floor(Number(digits) / 100), Number(digits) % 100]
            : [Number(h ?? hours), Number(m ?? 0)];
          zone = (sign === "-" ? -1 : 1) * (high * 3600 + low * 60);
        })) ||
      (dated && take(/^(\d{4})$/, ([, y]) => setDate(Number(y), month, day))) ||
      take(/^(utc|gmt|z)(?![a-z])/, () => {
        zone = 0;
      }) ||
      (timed &&
        take(/^(est|edt|cst|cdt|mst|mdt|pst|pdt|cet|cest|bst|wet|west|eet|eest|jst|msk)(?![a-z])/, ([name]) => {
          zone = ZONES[name] * 3600;
        })) ||
      take(
        /^(\d{1,2})[ -]([a-z]{3,9})[ -](\d{4})/,
        ([, d, name, y]) => monthOf(name) > 0 && setDate(Number(y), monthOf(name), Number(d)),
      ) ||
      take(
        /^([a-z]{3,9})\.? (\d{1,2}),? (\d{4})(?!:)/,
        ([, name, d, y]) => monthOf(name) > 0 && setDate(Number(y), monthOf(name), Number(d)),
      ) ||
      take(
        /^([a-z]{3,9})\.? (\d{1,2})(?![\d:])/,
        ([, name, d]) => monthOf(name) > 0 && setDate(year, monthOf(name), Number(d)),
      ) ||
      take(/^(now|today|yesterday|tomorrow)(?![a-z])/, ([word]) => {
        shift.second += words[word];
      }) ||
      take(
        /^(?:([-+]?\s*\d+|next|last|this|an|a)\s*)?(sec|second|min|minute|hour|day|week|fortnight|month|year)s?(\s+ago)?(?![a-z])/,
        ([, amount, unit, ago]) => {
          const size =
            amount === undefined || amount === "next" || amount === "a" || amount === "an"
              ? 1
              : amount === "last" || amount === "this"
                ? amount === "this"
                  ? 0
                  : -1
                : Number(amount.replace(/\s/g, ""));
          const count = ago ? -size : size;
          if (unit === "month" || unit === "year") shift.month += count * (unit === "year" ? 12 : 1);
          else shift.second += count * units[unit];
        },
      ) ||
      take(/^(?:(next|last|this)\s+)?(sun|mon|tue|wed|thu|fri|sat)[a-z]*/, ([, which, name]) => {
        weekday = DAYS.findIndex((known) => known.toLowerCase().startsWith(name));
        ordinal = which === "next" ? 1 : which === "last" ? -1 : 0;
      }) ||
      take(/^(\d{1,2})\s*([ap])\.?m\.?(?![a-z])/, ([, h, half]) => {
        [hour, minute, second, timed] = [(Number(h) % 12) + (half === "p" ? 12 : 0), 0, 0, true];
      });
    if (!understood) return null;
  }
  if ((dated || weekday >= 0) && !timed) [hour, minute, second] = [0, 0, 0];
  const checked = utc(year, month, day, hour, minute, second);
  if (checked === null) return null;
  let moment = checked;
  if (shift.month !== 0) moment = Date.UTC(year, month - 1 + shift.month, day, hour, minute, second) / 1000;
  if (weekday >= 0 && !dated) {
    const ahead = (weekday - new Date(moment * 1000).getUTCDay() + 7) % 7;
    // "next" is the coming one, but not today; "last" the one before.
    moment += (ahead + 7 * (ordinal - (ordinal > 0 && ahead > 0 ? 1 : 0))) * 86400;
  }
  if (text.trim() === "") moment = utc(year, month, day, 0, 0, 0)!;
  return { sec: moment + shift.second - zone, nsec };
}

/** Hours east of Greenwich. */
const ZONES: Record<string, number> = {
  est: -5,
  edt: -4,
  cst: -6,
  cdt: -5,
  mst: -7,
  mdt: -6,
  pst: -8,
  pdt: -7,
  cet: 1,
  cest: 2,
  bst: 1,
  wet: 0,
  west: 1,
  eet: 2,
  eest: 3,
  jst: 9,
  msk: 3,
};
