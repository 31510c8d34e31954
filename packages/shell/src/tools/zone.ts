// Time zones by their names, as TZ has them: the engine's own tables, or a fixed offset such as EST5. Pure.

import { formatTime } from "../strftime.ts";

export interface Zone {
  /** Seconds east of Greenwich at that moment. */
  offsetAt(seconds: number): number;
  /** "CET". */
  nameAt(seconds: number): string;
}

export const UTC: Zone = { offsetAt: () => 0, nameAt: () => "UTC" };

/** What TZ says; UTC for what isn't understood, as the C library has it. */
export function zoneOf(name: string | undefined): Zone {
  if (!name || name === "UTC" || name === "UTC0") return UTC;
  const rules = posixZone(name);
  if (rules) return rules;
  let parts: Intl.DateTimeFormat;
  try {
    parts = new Intl.DateTimeFormat("en-US", { timeZone: name.replace(/^:/, ""), timeZoneName: "longOffset" });
  } catch {
    // What isn't known is UTC under that name's first word.
    const word = /^[A-Za-z]{3,}/.exec(name)?.[0] ?? "UTC";
    return { offsetAt: () => 0, nameAt: () => word };
  }
  const part = (format: Intl.DateTimeFormat, seconds: number) =>
    format.formatToParts(seconds * 1000).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const short = ["en-US", "en-GB", "en-AU"].map(
    (locale) => new Intl.DateTimeFormat(locale, { timeZone: name.replace(/^:/, ""), timeZoneName: "short" }),
  );
  const offsetAt = (seconds: number) => {
    const [, sign, hours, minutes = "0"] = /([-+])(\d+):?(\d+)?/.exec(part(parts, seconds)) ?? ["", "+", "0"];
    return (sign === "-" ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
  };
  return {
    offsetAt,
    nameAt(seconds) {
      const own = ABBREVIATIONS[name.replace(/^:/, "")];
      if (own) {
        const year = new Date(seconds * 1000).getUTCFullYear();
        const standard = Math.min(offsetAt(Date.UTC(year, 0) / 1000), offsetAt(Date.UTC(year, 6) / 1000));
        return own.split(" ")[offsetAt(seconds) > standard ? 1 : 0] ?? own;
      }
      // Which abbreviations are known depends on the locale.
      const known = short.map((format) => part(format, seconds)).find((text) => !/^(?:GMT|UTC)[-+]/.test(text));
      return known ?? offsetText(offsetAt(seconds), "").replace(/00$/, "");
    },
  };
}

/** The abbreviations that the engine has no names for: standard time's, summer time's. */
const ABBREVIATIONS: Record<string, string> = {
  "Africa/Cairo": "EET EEST",
  "Africa/Johannesburg": "SAST",
  "Africa/Lagos": "WAT",
  "Africa/Nairobi": "EAT",
  "Asia/Calcutta": "IST",
  "Asia/Hong_Kong": "HKT",
  "Asia/Jakarta": "WIB",
  "Asia/Jerusalem": "IST IDT",
  "Asia/Karachi": "PKT",
  "Asia/Kolkata": "IST",
  "Asia/Manila": "PST",
  "Asia/Seoul": "KST",
  "Asia/Shanghai": "CST",
  "Asia/Taipei": "CST",
  "Asia/Tokyo": "JST",
  "Europe/Athens": "EET EEST",
  "Europe/Helsinki": "EET EEST",
  "Europe/Kiev": "EET EEST",
  "Europe/Kyiv": "EET EEST",
  "Europe/Moscow": "MSK",
  Japan: "JST",
  "Pacific/Auckland": "NZST NZDT",
};

const NAME = /(<[-+\w]+>|[A-Za-z]{3,})/.source;
const CLOCK = /([-+]?\d+)(?::(\d+))?(?::(\d+))?/.source;
const POSIX = new RegExp(`^${NAME}${CLOCK}(?:${NAME}(?:${CLOCK})?(?:,([^,]+),([^,]+))?)?$`);

/** A zone that says its own rules, as POSIX has them: CET-1CEST,M3.5.0,M10.5.0/3. null if it isn't one. */
function posixZone(text: string): Zone | null {
  const match = POSIX.exec(text);
  if (!match) return null;
  const clock = (at: number) => {
    const hours = Number(match[at]);
    const sign = match[at].startsWith("-") ? -1 : 1;
    return sign * (Math.abs(hours) * 3600 + Number(match[at + 1] ?? 0) * 60 + Number(match[at + 2] ?? 0));
  };
  const plain = (name: string) => name.replace(/[<>]/g, "");
  // POSIX counts west of Greenwich; 0 - x, because -0 would be printed.
  const standard = 0 - clock(2);
  if (match[5] === undefined) return { offsetAt: () => standard, nameAt: () => plain(match[1]) };
  const summer = match[6] === undefined ? standard + 3600 : 0 - clock(6);
  // The rules of the United States where none are given, as in the C library.
  const [start, end] = [match[9] ?? "M3.2.0", match[10] ?? "M11.1.0"];
  const isSummer = (seconds: number) => {
    const year = new Date((seconds + standard) * 1000).getUTCFullYear();
    const from = ruleMoment(start, year) - standard;
    const to = ruleMoment(end, year) - summer;
    return from < to ? seconds >= from && seconds < to : seconds < to || seconds >= from;
  };
  return {
    offsetAt: (seconds) => (isSummer(seconds) ? summer : standard),
    nameAt: (seconds) => plain(isSummer(seconds) ? match[5] : match[1]),
  };
}

/** When a rule (Mm.w.d, Jn or n, with /time) strikes in that year, on the clock of before. */
function ruleMoment(rule: string, year: number): number {
  const [date, time = "2"] = rule.split("/");
  const [hours, minutes = 0, seconds = 0] = time.split(":").map(Number);
  const clock = hours * 3600 + minutes * 60 + seconds;
  const midnight = (month: number, day: number) => Date.UTC(year, month - 1, day) / 1000;
  const [, month, week, day] = /^M(\d+)\.(\d)\.(\d)$/.exec(date) ?? [];
  if (month === undefined) {
    const days = Number(date.replace("J", ""));
    // Julian days never count the 29th of February.
    return (
      (date.startsWith("J") ? midnight(days > 59 ? 3 : 1, days > 59 ? days - 59 : days) : midnight(1, days + 1)) + clock
    );
  }
  const first = new Date(midnight(Number(month), 1) * 1000).getUTCDay();
  const length = new Date(midnight(Number(month) + 1, 0) * 1000).getUTCDate();
  let at = 1 + ((Number(day) - first + 7) % 7) + 7 * (Number(week) - 1);
  while (at > length) at -= 7;
  return midnight(Number(month), at) + clock;
}

/** +0130, or with a colon between. */
export function offsetText(offset: number, colon: string): string {
  const minutes = Math.abs(offset) / 60;
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  return `${offset < 0 ? "-" : "+"}${two(minutes / 60)}${colon}${two(minutes % 60)}`;
}

/** A moment by strftime's format. What depends on the zone is put in first; the rest is the same moment's clock there. */
export function formatInZone(zone: Zone, format: string, sec: number, nsec = 0): string {
  if (zone === UTC) return formatTime(format, sec, nsec);
  const offset = zone.offsetAt(sec);
  const local = format
    .replace(/%c/g, "%a %b %e %H:%M:%S %Y")
    .replace(/%%|%(:*)z|%\^?Z|%s/g, (whole, colons: string | undefined) => {
      if (whole === "%%") return whole;
      if (whole.endsWith("z")) return offsetText(offset, colons ? ":" : "");
      return whole === "%s" ? String(sec) : zone.nameAt(sec);
    });
  return formatTime(local, sec + offset, nsec);
}

/** A moment by strftime's format, on the clock of $TZ; undefined is UTC. */
export function formatLocalTime(format: string, seconds: number, timeZone: string | undefined): string {
  return formatInZone(zoneOf(timeZone), format, seconds);
}
