import { decode, EINVAL, encode } from "@vibengine/system";
import { expect, test } from "vitest";
import { CallError, encodeReply, Request } from "./frame.ts";

const request = (text: string) => new Request(encode(text));

test("fields are taken from the left: texts, numbers, flags, lists; the rest keeps its NULs", () => {
  const all = request("spawn\0/bin/é\0\0-1\x001\x002\0a\0\0x\0y\0\0z");
  expect(all.text()).toBe("spawn");
  expect(all.text()).toBe("/bin/é");
  expect(all.text()).toBe("");
  expect(all.number()).toBe(-1);
  expect(all.flag()).toBe(true);
  expect(all.list(() => all.text())).toEqual(["a", ""]);
  expect(decode(all.rest())).toBe("x\0y\0\0z");
  expect(decode(request("fetch\0").rest())).toBe("fetch\0");
});

test.each([
  ["a field too few", "x", (all: Request) => [all.text(), all.text()]],
  ["no number", "x", (all: Request) => all.number()],
  ["nothing for a number", "", (all: Request) => all.number()],
  ["a list that is longer than the request", "9\0a", (all: Request) => all.list(() => all.text())],
  ["a list of a negative length", "-1\0a", (all: Request) => all.list(() => all.text())],
])("%s is EINVAL", (_what, text, read) => {
  expect(() => read(request(text))).toThrow(new CallError(EINVAL));
});

test("a reply is a number, alone or with more", () => {
  expect(decode(encodeReply(-44))).toBe("-44");
  expect(decode(encodeReply([0, 3, encode("/tmp"), encode("")]))).toBe("0\x003\0/tmp\0");
});
