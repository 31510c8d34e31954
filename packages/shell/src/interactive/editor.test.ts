import { expect, test } from "vitest";
import { LineEditor, type LineEvent } from "./editor.ts";
import { type Key, Keys } from "./keys.ts";

/** Types `data` as a terminal would send it; returns the events. */
function type(editor: LineEditor, data: string): LineEvent[] {
  return new Keys()
    .split(data)
    .map((key: Key) => editor.press(key))
    .filter((event) => event !== undefined);
}

const UP = "\x1b[A";
const DOWN = "\x1b[B";
const LEFT = "\x1b[D";
const RIGHT = "\x1b[C";

test("Enter submits the line", () => {
  const editor = new LineEditor([]);
  expect(type(editor, "echo hi\r")).toEqual([{ type: "submit", text: "echo hi" }]);
});

test("text goes in at the cursor; arrows, Home and End move it", () => {
  const editor = new LineEditor([]);
  type(editor, `bd${LEFT}c\x1b[Ha\x1b[Fe`);
  expect(editor.text).toBe("abcde");
  type(editor, `\x01${RIGHT}\x7f`);
  expect(editor.text).toBe("bcde");
  type(editor, "\x05\x7f\x02\x1b[3~");
  expect(editor.text).toBe("bc");
});

test("arrows step over a whole character, however many code units it has", () => {
  const editor = new LineEditor([]);
  type(editor, `a👩‍🚀é${LEFT}${LEFT}`);
  expect(editor.cursor).toBe(1);
  type(editor, `${RIGHT}\x7f`);
  expect(editor.text).toBe("aé");
});

test("ctrl-u, ctrl-k and ctrl-w cut, ctrl-y brings back", () => {
  const editor = new LineEditor([]);
  type(editor, "git commit --amend\x17");
  expect(editor.text).toBe("git commit ");
  type(editor, "\x19\x01\x1bf\x0b");
  expect(editor.text).toBe("git");
  type(editor, "\x05\x15");
  expect(editor.text).toBe("");
  type(editor, "\x19\x19");
  expect(editor.text).toBe("gitgit");
});

test("words are stepped over with ctrl-arrows", () => {
  const editor = new LineEditor([]);
  type(editor, "cat notes/today.txt\x1b[1;5D\x1b[1;5D");
  expect(editor.text.slice(editor.cursor)).toBe("today.txt");
  type(editor, "\x1b[1;5C");
  expect(editor.text.slice(editor.cursor)).toBe(".txt");
});

test("up and down walk through history and come back to the unfinished line", () => {
  const editor = new LineEditor(["one", "two"]);
  type(editor, `draft${UP}`);
  expect(editor.text).toBe("two");
  type(editor, `${UP}${UP}`);
  expect(editor.text).toBe("one");
  type(editor, `${DOWN}${DOWN}`);
  expect(editor.text).toBe("draft");
  type(editor, DOWN);
  expect(editor.text).toBe("draft");
});

test("ctrl-c gives the line up; ctrl-d ends input on an empty line and deletes on another", () => {
  const editor = new LineEditor([]);
  expect(type(editor, "rm -rf\x03")).toEqual([{ type: "interrupt" }]);
  type(editor, "\x15");
  expect(type(editor, "ab\x01\x04")).toEqual([]);
  expect(editor.text).toBe("b");
  expect(type(editor, "\x7f\x15\x05\x7f\x04")).toEqual([{ type: "end-of-input" }]);
});

test("ctrl-l and Tab are the terminal's affair and leave the line alone", () => {
  const editor = new LineEditor([]);
  expect(type(editor, "ls\x0c\t")).toEqual([{ type: "clear" }, { type: "complete" }]);
  expect(editor.text).toBe("ls");
});

test("a paste goes in as it is: its line ends submit nothing, its control characters press nothing", () => {
  const editor = new LineEditor([]);
  expect(type(editor, "\x1b[200~cat <<E\r\na\x03\tb\rE\x1b[201~")).toEqual([]);
  expect(editor.text).toBe("cat <<E\na\tb\nE");
  // Home and End stay within the line of the cursor.
  type(editor, "\x01# ");
  expect(editor.text).toBe("cat <<E\na\tb\n# E");
  expect(type(editor, "\r")).toEqual([{ type: "submit", text: "cat <<E\na\tb\n# E" }]);
});

test("unknown sequences are dropped whole", () => {
  const editor = new LineEditor([]);
  expect(type(editor, "a\x1b[15~\x1b[1;2P\x1bOPb\x00")).toEqual([]);
  expect(editor.text).toBe("ab");
});

test("ctrl-r searches back, goes on, gives up, and takes what it found", () => {
  const editor = new LineEditor(["make test", "echo one", "make clean", "ls"]);
  type(editor, "draft\x12ma");
  expect([editor.text, editor.searchPrompt]).toEqual(["make clean", "(reverse-i-search)`ma': "]);
  type(editor, "\x12");
  expect(editor.text).toBe("make test");
  type(editor, "\x12");
  expect(editor.searchPrompt).toBe("(failed reverse-i-search)`ma': ");
  type(editor, "\x07");
  expect([editor.text, editor.searchPrompt]).toEqual(["draft", null]);
  type(editor, "\x12cl\x7f\x7fone");
  expect(type(editor, "\r")).toEqual([{ type: "submit", text: "echo one" }]);
  const other = new LineEditor(["echo one"]);
  type(other, `\x12one${LEFT}`);
  expect([other.text, other.cursor, other.searchPrompt]).toEqual(["echo one", 4, null]);
});

test("alt-. brings the last argument, of earlier lines when pressed again", () => {
  const editor = new LineEditor(["cp a 'b c'", "cat x"]);
  type(editor, "vi \x1b.");
  expect(editor.text).toBe("vi x");
  type(editor, "\x1b.");
  expect(editor.text).toBe("vi 'b c'");
});

test("undo, transposing, case", () => {
  const editor = new LineEditor([]);
  type(editor, "ab\x14");
  expect(editor.text).toBe("ba");
  type(editor, "\x1f");
  expect(editor.text).toBe("ab");
  type(editor, " one two\x01\x1bu\x1bc\x1bl");
  expect(editor.text).toBe("AB One two");
  expect(type(editor, "\x07")).toEqual([{ type: "bell" }]);
});

test("kills that follow each other are brought back together", () => {
  const editor = new LineEditor([]);
  type(editor, "a b c\x17\x17\x19");
  expect(editor.text).toBe("a b c");
});

test("a sequence that comes in pieces is one key; ctrl-v takes the next as it is", () => {
  const editor = new LineEditor(["old"]);
  const keys = new Keys();
  const press = (data: string) => keys.split(data).map((key) => editor.press(key));
  press("\x1b");
  press("[");
  press("A");
  expect(editor.text).toBe("old");
  press("\x1b[200~pas");
  press("ted\x1b[201~\x16\x03");
  expect(editor.text).toBe("oldpasted\x03");
});
