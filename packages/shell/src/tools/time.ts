// Times: strftime in UTC, and the ways touch -d and date -d let one write a moment. Pure, but for the clock.

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const two = (value: number) => String(value).padStart(2, "0");

/** GNU's strftime for UTC: %-d, %_d, %0d, %^a and widths included. */
export function formatTime(format: string, seconds: number, nanoseconds = 0): string {
  const date = new Date(seconds * 1000);
  return format.replace(
    /%([-_0^#]*)(\d*)(:{0,3})([a-zA-Z%+])/g,
    (whole, flags: string, width: string, colons: string, letter: string) => {
      let text = conversion(letter, date, seconds, nanoseconds, colons, width);
      if (text === null) return whole;
      const numeric = /^[CdeGgHIjklmMNsSuUVwWyY]$/.test(letter);
      if (letter === "N" && !flags) return text;
      if (numeric && flags.includes("-")) text = text.replace(/^[ 0]+(?=.)/, "");
      else if (numeric && flags.includes("_")) text = text.replace(/^0+(?=.)/, (zeros) => " ".repeat(zeros.length));
      else if (numeric && flags.includes("0")) text = text.replace(/^ +/, (blanks) => "0".repeat(blanks.length));
      if (flags.includes("^")) text = text.toUpperCase();
      else if (flags.includes("#")) text = text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase();
      if (width)
        text = text.padStart(
          Number(width),
          (numeric && !flags.includes("_") && !/[ekl]/.test(letter)) || flags.includes("0") ? "0" : " ",
        );
      return text;
    },
  );
}

function conversion(
  letter: string,
  date: Date,
  seconds: number,
  nanoseconds: number,
  colons: string,
  width: string,
): string | null {
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  const day = date.getUTCDate();
  const hours = date.getUTCHours();
  const weekday = date.getUTCDay();
  const yearDay = Math.floor((Date.UTC(year, month, day) - Date.UTC(year, 0, 1)) / 86400000);
  const again = (format: string) => formatTime(format, seconds, nanoseconds);
  switch (letter) {
    case "%":
      return "%";
    case "a":
      return DAYS[weekday].slice(0, 3);
    case "A":
      return DAYS[weekday];
    case "b":
    case "h":
      return MONTHS[month].slice(0, 3);
    case "B":
      return MONTHS[month];
    case "c":
      return again("%a %b %e %H:%M:%S %Y");
    case "C":
      return two(Math.floor(year / 100));
    case "d":
      return two(day);
    case "D":
    case "x":
      return again("%m/%d/%y");
    case "e":
      return String(day).padStart(2);
    case "F":
      return again("%Y-%m-%d");
    case "g":
      return two(isoWeek(date).year % 100);
    case "G":
      return String(isoWeek(date).year);
    case "H":
      return two(hours);
    case "I":
      return two(hours % 12 || 12);
    case "j":
      return String(yearDay + 1).padStart(3, "0");
    case "k":
      return String(hours).padStart(2);
    case "l":
      return String(hours % 12 || 12).padStart(2);
    case "m":
      return two(month + 1);
    case "M":
      return two(date.getUTCMinutes());
    case "n":
      return "\n";
    case "N":
      return String(nanoseconds)
        .padStart(9, "0")
        .slice(0, Number(width) || 9);
    case "p":
      return hours < 12 ? "AM" : "PM";
    case "P":
      return hours < 12 ? "am" : "pm";
    case "q":
      return String(Math.floor(month / 3) + 1);
    case "r":
      return again("%I:%M:%S %p");
    case "R":
      return again("%H:%M");
    case "s":
      return String(seconds);
    case "S":
      return two(date.getUTCSeconds());
    case "t":
      return "\t";
    case "T":
    case "X":
      return again("%H:%M:%S");
    case "u":
      return String(weekday || 7);
    case "U":
      return two(Math.floor((yearDay + 7 - weekday) / 7));
    case "V":
      return two(isoWeek(date).week);
    case "w":
      return String(weekday);
    case "W":
      return two(Math.floor((yearDay + 7 - ((weekday + 6) % 7)) / 7));
    case "y":
      return two(year % 100);
    case "Y":
      return String(year);
    case "z":
      return ["+0000", "+00:00", "+00:00:00", "+00"][colons.length];
    case "Z":
      return "UTC";
  }
  return null;
}

function isoWeek(date: Date): { year: number; week: number } {
  const thursday = new Date(
    Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 4 - (date.getUTCDay() || 7)),
  );
  const year = thursday.getUTCFullYear();
  return { year, week: Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / 604800000) + 1 };
}

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
 */
export function parseMoment(text: string, now: number): { sec: number; nsec: number } | null {
  let rest = text.trim().toLowerCase();
  const at = /^@(-?\d+)(?:\.(\d+))?$/.exec(rest);
  if (at) return { sec: Number(at[1]), nsec: Number((at[2] ?? "").padEnd(9, "0").slice(0, 9)) };
  const base = new Date(Math.floor(now) * 1000);
  let [year, month, day] = [base.getUTCFullYear(), base.getUTCMonth() + 1, base.getUTCDate()];
  let [hour, minute, second, nsec] = [base.getUTCHours(), base.getUTCMinutes(), base.getUTCSeconds(), 0];
  let zone = 0;
  let timed = false;
  let dated = false;
  let weekday = -1;
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
        take(/^([-+])(\d\d):?(\d\d)(?!\d)/, ([, sign, h, m]) => {
          zone = (sign === "-" ? -1 : 1) * (Number(h) * 3600 + Number(m) * 60);
        })) ||
      take(/^(utc|gmt|z)(?![a-z])/, () => {}) ||
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
        /^([-+]?\s*\d+|next|last|a|an)\s*(sec|second|min|minute|hour|day|week|fortnight|month|year)s?(\s+ago)?(?![a-z])/,
        ([, amount, unit, ago]) => {
          const size =
            amount === "next" || amount === "a" || amount === "an"
              ? 1
              : amount === "last"
                ? -1
                : Number(amount.replace(/\s/g, ""));
          const count = ago ? -size : size;
          if (unit === "month" || unit === "year") shift.month += count * (unit === "year" ? 12 : 1);
          else shift.second += count * units[unit];
        },
      ) ||
      take(/^(?:next\s+)?(sun|mon|tue|wed|thu|fri|sat)[a-z]*/, ([, name]) => {
        weekday = DAYS.findIndex((known) => known.toLowerCase().startsWith(name));
      });
    if (!understood) return null;
  }
  if ((dated || weekday >= 0) && !timed) [hour, minute, second] = [0, 0, 0];
  const checked = utc(year, month, day, hour, minute, second);
  if (checked === null) return null;
  let moment = checked;
  if (shift.month !== 0) moment = Date.UTC(year, month - 1 + shift.month, day, hour, minute, second) / 1000;
  if (weekday >= 0 && !dated) moment += ((weekday - new Date(moment * 1000).getUTCDay() + 7) % 7) * 86400;
  if (text.trim() === "") moment = utc(year, month, day, 0, 0, 0)!;
  return { sec: moment + shift.second - zone, nsec };
}
