import { expect, test } from "vitest";
import { timeText } from "./countdown.ts";

test("time left is shown as mm:ss, with hours from one hour on, and 00:00 only at the end", () => {
  expect(timeText(599_000)).toBe("09:59");
  expect(timeText(598_001)).toBe("09:59");
  expect(timeText(1)).toBe("00:01");
  expect(timeText(0)).toBe("00:00");
  expect(timeText(3_600_000)).toBe("1:00:00");
  expect(timeText(86_399_000)).toBe("23:59:59");
});
