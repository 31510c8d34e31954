import { expect, test } from "vitest";
import { CookedLine } from "./cooked-line.ts";
import { splitKeys } from "./keys.ts";

function type(line: CookedLine, data: string) {
  const results = splitKeys(data).map((key) => line.press(key));
  return {
    echo: results.map((result) => result.echo).join(""),
    sent: results.map((result) => result.send ?? "").join(""),
    events: results.flatMap((result) => result.event ?? []),
  };
}

test("a line is echoed as it is typed and sent at Enter", () => {
  const line = new CookedLine();
  expect(type(line, "hel")).toEqual({ echo: "hel", sent: "", events: [] });
  expect(type(line, "lo\r")).toEqual({ echo: "lo\n", sent: "hello\n", events: [] });
});

test("backspace, ctrl-w and ctrl-u erase on screen and in what is sent", () => {
  expect(type(new CookedLine(), "ab\x7fc\r").sent).toBe("ac\n");
  expect(type(new CookedLine(), "one two\x17three\r").sent).toBe("one three\n");
  expect(type(new CookedLine(), "wrong\x15right\r").sent).toBe("right\n");
  expect(type(new CookedLine(), "a\x7f\x7f").echo).toBe("a\b \b");
});

test("ctrl-d ends the input on an empty line, and hands over an unfinished one", () => {
  const line = new CookedLine();
  expect(type(line, "ab\x04")).toEqual({ echo: "ab", sent: "ab", events: [] });
  expect(type(line, "\x04").events).toEqual(["end-of-input"]);
});

test("ctrl-c interrupts and forgets the line", () => {
  const line = new CookedLine();
  expect(type(line, "ab\x03")).toEqual({ echo: "ab^C\n", sent: "", events: ["interrupt"] });
  expect(type(line, "\r").sent).toBe("\n");
});

test("a paste sends its whole lines and keeps the rest", () => {
  const line = new CookedLine();
  expect(type(line, "a\x1b[200~b\nc\nd\x1b[201~").sent).toBe("ab\nc\n");
  expect(type(line, "\r").sent).toBe("d\n");
});
