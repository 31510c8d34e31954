// strftime in UTC with GNU's flags and widths: for `date`, `ls`, `stat`, and printf's %(…)T. Pure.

export const MONTHS = [
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
export const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const two = (value: number) => String(value).padStart(2, "0");

/** GNU's strftime for UTC: %-d, %_d, %0d, %^a and widths included. */
export function formatTime(format: string, seconds: number, nanoseconds = 0): string {
  const date = new Date(seconds * 1000);
  return format.replace(
    /%([-_0^#+]*)(\d*)(:{0,3}(?=z)|[EO]?)([a-zA-Z%])/g,
    (whole, flags: string, width: string, colons: string, letter: string) => {
      let text = conversion(letter, date, seconds, nanoseconds, colons, width);
      if (text === null) return whole;
      const numeric = /^[CdeGgHIjklmMNsSuUVwWyY]$/.test(letter);
      if (letter === "N" && !/[0^#]/.test(flags)) return text;
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
      return (year > 9999 ? "+" : "") + again("%Y-%m-%d");
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
      return String(year).padStart(4, "0");
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
