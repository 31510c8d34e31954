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
  const fixed = /^(?:<([^>]+)>|([A-Za-z]{3,}))([-+]?\d{1,2})(?::(\d\d))?$/.exec(name);
  if (fixed) {
    const hours = Number(fixed[3]);
    // POSIX counts west of Greenwich.
    const offset = -Math.sign(hours || 1) * (Math.abs(hours) * 3600 + Number(fixed[4] ?? 0) * 60);
    return { offsetAt: () => (hours === 0 ? 0 : offset), nameAt: () => fixed[1] ?? fixed[2] };
  }
  let parts: Intl.DateTimeFormat;
  try {
    parts = new Intl.DateTimeFormat("en-US", { timeZone: name.replace(/^:/, ""), timeZoneName: "longOffset" });
  } catch {
    return UTC;
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
      // Which abbreviations are known depends on the locale.
      const known = short.map((format) => part(format, seconds)).find((text) => !/^(?:GMT|UTC)[-+]/.test(text));
      return known ?? offsetText(offsetAt(seconds), "").replace(/00$/, "");
    },
  };
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
