import { expect, test } from "vitest";
import { complete, wantedAt } from "./complete.ts";

const at = (text: string) => wantedAt(text, text.length);
const file = (name: string) => ({ name, isDirectory: false });

test("the first word of a command is looked for in PATH, any other among the files", () => {
  expect(at("ec")).toEqual({ directory: "", prefix: "ec", isCommand: true });
  expect(at("ls | so")).toEqual({ directory: "", prefix: "so", isCommand: true });
  expect(at("cat no")).toEqual({ directory: "", prefix: "no", isCommand: false });
  expect(at("./to")).toEqual({ directory: "./", prefix: "to", isCommand: false });
  expect(at("cat ")).toEqual({ directory: "", prefix: "", isCommand: false });
});

test("a path is split at its last slash, escaped spaces are part of it", () => {
  expect(at("cat src/lib/ma")).toEqual({ directory: "src/lib/", prefix: "ma", isCommand: false });
  expect(at("cat >/tmp/a\\ b")).toEqual({ directory: "/tmp/", prefix: "a b", isCommand: false });
});

test("one match is finished, a directory with a slash", () => {
  expect(complete(at("cat no"), [file("notes.txt"), file("other")])).toEqual({ insert: "tes.txt ", choices: [] });
  expect(complete(at("cd s"), [{ name: "src", isDirectory: true }])).toEqual({ insert: "rc/", choices: [] });
  expect(complete(at("cat my"), [file("my file")]).insert).toBe("\\ file ");
});

test("of several matches the common part is put in, and all are offered", () => {
  const found = complete(at("cat n"), [file("notes-b"), file("notes-a"), file("x")]);
  expect(found).toEqual({ insert: "otes-", choices: ["notes-a", "notes-b"] });
});

test("hidden files need their dot", () => {
  expect(complete(at("cat "), [file(".profile"), file("a")])).toEqual({ insert: "a ", choices: [] });
  expect(complete(at("cat ."), [file(".profile"), file("a")]).insert).toBe("profile ");
  expect(complete(at("cat z"), [file("a")])).toEqual({ insert: "", choices: [] });
});
