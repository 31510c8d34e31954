import { expect, test } from "vitest";
import { drawLine, START } from "./view.ts";

const PROMPT = "\x1b[32m$\x1b[0m "; // two cells

test("a short line: prompt, text, and the cursor behind its place in the text", () => {
  const view = drawLine(PROMPT, "ls -l", 2, 20, START);
  expect(view.output).toBe(`\x1b[J${PROMPT}ls -l\x1b[3D`);
  expect(view.at.row).toBe(0);
});

test("redrawing goes up to the prompt's first row", () => {
  expect(drawLine(PROMPT, "", 0, 20, { row: 3, column: 5 }).output).toBe(`\x1b[3A\r\x1b[J${PROMPT}`);
});

test("a line longer than the terminal puts the cursor in the right row", () => {
  const view = drawLine(PROMPT, "abcdefghijkl", 12, 10, START);
  expect(view.at.row).toBe(1);
  expect(view.output.endsWith("abcdefghijkl\r\x1b[4C")).toBe(true);
  expect(drawLine(PROMPT, "abcdefghijkl", 1, 10, { row: 1, column: 4 }).output.endsWith("\x1b[1A\r\x1b[3C")).toBe(true);
});

test("a line that fills its row exactly goes on to the next", () => {
  const view = drawLine(PROMPT, "abcdefgh", 8, 10, START);
  expect(view.output).toBe(`\x1b[J${PROMPT}abcdefgh\r\n\r`);
  expect(view.at.row).toBe(1);
});

test("pasted lines stand one below the other", () => {
  const view = drawLine(PROMPT, "a\nbc", 4, 10, START);
  expect(view.output).toBe(`\x1b[J${PROMPT}a\r\nbc\r\x1b[2C`);
  expect(view.at.row).toBe(1);
});

test("wide characters take two cells and do not straddle the edge; marks take none; tabs are shown as spaces", () => {
  expect(drawLine(PROMPT, "日本", 1, 20, START).output.endsWith("\x1b[2D")).toBe(true);
  const straddling = drawLine(PROMPT, "abcdefg日", 8, 10, START);
  expect(straddling.at.row).toBe(1);
  expect(straddling.output.endsWith("\r\x1b[2C")).toBe(true);
  expect(drawLine(PROMPT, "e\u0301x", 0, 20, START).output.endsWith("\x1b[2D")).toBe(true);
  expect(drawLine(PROMPT, "\tx", 2, 20, START).output).toBe(`\x1b[J${PROMPT}    x`);
});

test("in the prompt's row the cursor goes back by what was drawn: output before the prompt stays", () => {
  const { at } = drawLine(PROMPT, "ab", 2, 20, START);
  expect(at).toEqual({ row: 0, column: 4 });
  expect(drawLine(PROMPT, "abc", 3, 20, at).output).toBe(`\x1b[4D\x1b[J${PROMPT}abc`);
});
