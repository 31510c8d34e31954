import { expect, test } from "vitest";
import { ageText, sizeText } from "./dom.ts";

test("sizes have at most three digits and a unit", () => {
  expect([0, 999, 1000, 9_949, 14_200, 999_499, 999_500, 26_000_000, 1.5e9].map(sizeText)).toEqual([
    "0 B",
    "999 B",
    "1.0 kB",
    "9.9 kB",
    "14 kB",
    "999 kB",
    "1.0 MB",
    "26 MB",
    "1.5 GB",
  ]);
});

test("ages are told in the largest unit that says enough", () => {
  const now = Date.UTC(2026, 10, 23);
  const ages = [59, 60, 59 * 60, 3600, 47 * 3600, 72 * 3600];
  expect(ages.map((seconds) => ageText(new Date(now - seconds * 1000), now))).toEqual([
    "just now",
    "1 min ago",
    "59 min ago",
    "1 h ago",
    "47 h ago",
    "3 days ago",
  ]);
});
