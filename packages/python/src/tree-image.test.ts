// The image is read here as the kernel reads it: by offsets alone, straight from the format in README.md.

import { expect, test } from "vitest";
import { treeImage } from "./tree-image.mjs";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Every path of an image with its contents, directories with their children's names in the image's order. */
function readTree(image: Uint8Array) {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const u32 = (at: number) => view.getUint32(at, true);
  const text = (at: number, size: number) => new TextDecoder().decode(image.subarray(at, at + size));
  const name = (index: number) => text(u32(24 + 24 * index), view.getUint16(28 + 24 * index, true));
  const tree: Record<string, string | string[]> = {};
  const offsets: number[] = [];
  const visit = (index: number, path: string) => {
    const at = 24 + 24 * index;
    const [kind, a, b] = [view.getUint16(at + 6, true), u32(at + 12), u32(at + 16)];
    if (kind === 2) {
      tree[path] = text(a, b);
      offsets.push(a);
      return;
    }
    expect(kind).toBe(1);
    const children = Array.from({ length: b }, (_, offset) => a + offset);
    tree[path] = children.map(name);
    for (const child of children) {
      expect(u32(24 + 24 * child + 8)).toBe(index);
      visit(child, `${path}/${name(child)}`);
    }
  };
  visit(0, "");
  return { magic: text(0, 8), entries: u32(8), data: u32(12), mtime: u32(16), reserved: u32(20), tree, offsets };
}

test("a tree comes back with its directories, names and contents", () => {
  const files = [
    ["os.pyc", bytes("code")],
    ["json/decoder.pyc", bytes("decoder")],
    ["json/__init__.pyc", bytes("")],
    ["a/b/c", bytes("deep")],
  ] as const;
  const image = readTree(treeImage(new Map(files), 1_792_627_200));
  expect(image.tree).toEqual({
    "": ["a", "json", "os.pyc"],
    "/a": ["b"],
    "/a/b": ["c"],
    "/a/b/c": "deep",
    "/json": ["__init__.pyc", "decoder.pyc"],
    "/json/__init__.pyc": "",
    "/json/decoder.pyc": "decoder",
    "/os.pyc": "code",
  });
  expect(image).toMatchObject({ magic: "VIBTREE1", entries: 8, mtime: 1_792_627_200, reserved: 0 });
});

test("children are sorted by the bytes of their UTF-8 names, not by folders, case or UTF-16", () => {
  // U+FF5E is three bytes from EF, U+1F40D four from F0; their UTF-16 stands the other way round.
  const names = ["z", "é", "Z", "a-b", "a/x", "a.b", "ab", "～", "🐍"];
  const { tree } = readTree(treeImage(new Map(names.map((name) => [name, bytes(name)])), 0));
  expect(tree[""]).toEqual(["Z", "a", "a-b", "a.b", "ab", "z", "é", "～", "🐍"]);
});

test("every file starts on 8 bytes within the data area", () => {
  const sizes = [1, 7, 8, 9, 0, 13];
  const image = treeImage(new Map(sizes.map((size) => [`f${size}`, new Uint8Array(size).fill(65)])), 0);
  const { offsets, data } = readTree(image);
  expect(offsets).toHaveLength(sizes.length);
  for (const offset of offsets) {
    expect(offset % 8).toBe(0);
    expect(offset).toBeGreaterThanOrEqual(data);
  }
  expect(image.length % 8).toBe(0);
});

test("an empty tree is a root alone", () => {
  expect(readTree(treeImage([], 5))).toMatchObject({ entries: 1, tree: { "": [] } });
});

test("paths that name no place in a tree are refused", () => {
  const make = (...paths: string[]) =>
    treeImage(
      paths.map((path) => [path, bytes("x")] as [string, Uint8Array]),
      0,
    );
  for (const path of ["", "/a", "a//b", "a/", "a/../b", "./a"])
    expect(() => make(path)).toThrow("is no path in a tree");
  expect(() => make("a", "a")).toThrow("a stands in the tree twice");
  expect(() => make("a/b", "a")).toThrow("a stands in the tree twice");
  expect(() => make("a", "a/b")).toThrow("a/b goes through a, which is a file");
  expect(() => make("x".repeat(256))).toThrow("at most 255 bytes");
});
