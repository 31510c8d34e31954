import { expect, test } from "vitest";
import { drawLine } from "./view.ts";

const PROMPT = "\x1b[32m$\x1b[0m "; // two cells

test("a short line: prompt, text, and the cursor behind its place in the text", () => {
  const view = drawLine(PROMPT, "ls -l", 2, 20, 0);
  expect(view.output).toBe(`\r\x1b[J${PROMPT}ls -l\r\x1b[4C`);
  expect(view.cursorRow).toBe(0);
});

test("redrawing goes up to the prompt's first row", () => {
  expect(drawLine(PROMPT, "", 0, 20, 3).output).toBe(`\x1b[3A\r\x1b[J${PROMPT}\r\x1b[2C`);
});

test("a line longer than the terminal puts the cursor in the right row", () => {
  const view = drawLine(PROMPT, "abcdefghijkl", 12, 10, 0);
  expect(view.cursorRow).toBe(1);
  expect(view.output.endsWith("abcdefghijkl\r\x1b[4C")).toBe(true);
  expect(drawLine(PROMPT, "abcdefghijkl", 1, 10, 1).output.endsWith("\x1b[1A\r\x1b[3C")).toBe(true);
});

test("a line that fills its row exactly goes on to the next", () => {
  const view = drawLine(PROMPT, "abcdefgh", 8, 10, 0);
  expect(view.output).toBe(`\r\x1b[J${PROMPT}abcdefgh\r\n\r`);
  expect(view.cursorRow).toBe(1);
});

test("pasted lines stand one below the other", () => {
  const view = drawLine(PROMPT, "a\nbc", 4, 10, 0);
  expect(view.output).toBe(`\r\x1b[J${PROMPT}a\r\nbc\r\x1b[2C`);
  expect(view.cursorRow).toBe(1);
});

test("wide characters take two cells and do not straddle the edge; marks take none; tabs are shown as spaces", () => {
  expect(drawLine(PROMPT, "日本", 2, 20, 0).output.endsWith("\x1b[6C")).toBe(true);
  const straddling = drawLine(PROMPT, "abcdefg日", 8, 10, 0);
  expect(straddling.cursorRow).toBe(1);
  expect(straddling.output.endsWith("\r\x1b[2C")).toBe(true);
  expect(drawLine(PROMPT, "e\u0301", 2, 20, 0).output.endsWith("\x1b[3C")).toBe(true);
  expect(drawLine(PROMPT, "\tx", 2, 20, 0).output).toBe(`\r\x1b[J${PROMPT}    x\r\x1b[7C`);
});
