// strftime's conversions in UTC, for printf's %(…)T.

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
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

/** @param seconds since 1970 */
export function formatTime(format: string, seconds: number): string {
  const date = new Date(Math.floor(seconds) * 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const hour12 = date.getUTCHours() % 12 || 12;
  const dayOfYear =
    Math.floor(
      (Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) - Date.UTC(date.getUTCFullYear(), 0, 1)) /
        86_400_000,
    ) + 1;
  return format.replace(/%([-_0]?)([A-Za-z%])/g, (whole, _flag: string, letter: string) => {
    switch (letter) {
      case "Y":
        return String(date.getUTCFullYear());
      case "y":
        return two(date.getUTCFullYear() % 100);
      case "C":
        return two(Math.floor(date.getUTCFullYear() / 100));
      case "m":
        return two(date.getUTCMonth() + 1);
      case "d":
        return two(date.getUTCDate());
      case "e":
        return String(date.getUTCDate()).padStart(2);
      case "H":
        return two(date.getUTCHours());
      case "I":
        return two(hour12);
      case "M":
        return two(date.getUTCMinutes());
      case "S":
        return two(date.getUTCSeconds());
      case "j":
        return String(dayOfYear).padStart(3, "0");
      case "p":
        return date.getUTCHours() < 12 ? "AM" : "PM";
      case "a":
        return DAYS[date.getUTCDay()].slice(0, 3);
      case "A":
        return DAYS[date.getUTCDay()];
      case "b":
      case "h":
        return MONTHS[date.getUTCMonth()].slice(0, 3);
      case "B":
        return MONTHS[date.getUTCMonth()];
      case "u":
        return String(date.getUTCDay() || 7);
      case "w":
        return String(date.getUTCDay());
      case "s":
        return String(Math.floor(seconds));
      case "F":
        return formatTime("%Y-%m-%d", seconds);
      case "T":
      case "X":
        return formatTime("%H:%M:%S", seconds);
      case "R":
        return formatTime("%H:%M", seconds);
      case "D":
      case "x":
        return formatTime("%m/%d/%y", seconds);
      case "c":
        return formatTime("%a %b %e %H:%M:%S %Y", seconds);
      case "Z":
        return "UTC";
      case "z":
        return "+0000";
      case "n":
        return "\n";
      case "t":
        return "\t";
      case "%":
        return "%";
      default:
        return whole;
    }
  });
}
