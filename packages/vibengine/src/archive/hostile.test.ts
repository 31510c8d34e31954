// Archives that are broken, or made to do harm: each is refused by a typed error that names the entry and what is wrong, soon, and in
// bounded memory.

import { gzipSync } from "node:zlib";
import { type Entry, filled, joinBytes, paxHeader, plainHeader } from "@vibengine/shell/tar";
import { AT_FDCWD, encode, O_CREAT, O_RDWR } from "@vibengine/system";
import fc from "fast-check";
import { expect, test } from "vitest";
import repacked from "./fixtures/repacked.json" with { type: "json" };
import { DISK_BYTES, exported, imported, isHealthy, MIB, newDisk } from "./testing.ts";

type Parts = (string | Uint8Array)[];

const MANIFEST = { format: 1, metadata: {}, envs: {}, diskSizeBytes: DISK_BYTES };
const END = new Uint8Array(1024);

function member(type: string, name: string, more: Partial<Entry> & { data?: string } = {}): Uint8Array {
  const data = encode(more.data ?? "");
  const plain: Entry = {
    name,
    type,
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: data.length,
    mtime: 0,
    mtimeNsec: 0,
    link: "",
    user: "",
    group: "",
  };
  return joinBytes(plainHeader({ ...plain, ...more }, "pax", ""), filled(data));
}
const manifest = (fields: object | string = MANIFEST) =>
  member("0", "vibengine.json", { data: typeof fields === "string" ? fields : JSON.stringify(fields) });
const at = (path: string) => `vibengine.root/${path}`;
const file = (path: string, data = "x", more: Partial<Entry> = {}) => member("0", at(path), { data, ...more });
const dir = (path: string) => member("5", at(path), { mode: 0o755 });
const link = (path: string, target: string) => member("1", at(path), { link: target });
const symlink = (path: string, target: string) => member("2", at(path), { link: target });
const pax = (records: [string, string][], next: Uint8Array) =>
  joinBytes(paxHeader({ name: "x", mtime: 0 } as Entry, records), next);
const paxRaw = (data: string, next: Uint8Array) => joinBytes(member("x", "x", { data }), next);
/** With a byte of the first header changed, and its checksum made right again. */
function bent(record: Uint8Array, where: number, bytes: string | number[]): Uint8Array {
  const copy = record.slice();
  copy.set(typeof bytes === "string" ? encode(bytes) : bytes, where);
  copy.fill(32, 148, 156);
  const sum = copy.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  copy.set(encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  return copy;
}
const blob = (...parts: Parts) =>
  new Blob([Buffer.concat(parts.map((part) => (typeof part === "string" ? encode(part) : part)))]);
/** A whole archive but for these entries. */
const archive = (...parts: Parts) => blob(manifest(), dir(""), ...parts, END);
const zipped = (...parts: Parts) => new Blob([gzipSync(Buffer.concat(parts as Uint8Array[]))]);
const goodGzip = () => gzipSync(Buffer.concat([manifest(), dir(""), file("f", "y".repeat(5000)), END]));

const sparse = (records: [string, string][], data: string) =>
  pax(
    [["GNU.sparse.major", "1"], ["GNU.sparse.minor", "0"], ["GNU.sparse.name", at("s")], ...records],
    member("0", "s", { data }),
  );

/** The map of a sparse file, and its data. */
const mapped = (map: string, data = "") => `${map.padEnd(512, "\0")}${data}`;

const HUGE = 64 * MIB;

const CASES: [what: string, made: () => Blob, message: RegExp][] = [
  ["nothing at all", () => blob(), /ends where a record should follow/],
  ["no archive", () => blob("hello, world ".repeat(100)), /no tar archive/],
  ["a picture", () => new Blob([crypto.getRandomValues(new Uint8Array(4000))]), /no tar archive/],
  ["no manifest", () => blob(dir(""), file("f"), END), /no manifest/],
  ["a manifest that is no JSON", () => blob(manifest("{"), END), /not JSON/],
  ["a manifest of another kind", () => blob(manifest("[]"), END), /no "format"/],
  [
    "a newer format",
    () => blob(manifest({ ...MANIFEST, format: 2 }), END),
    /format 2 and was written by a newer version/,
  ],
  ["a format that never was", () => blob(manifest({ ...MANIFEST, format: 0 }), END), /never was/],
  ["a manifest without a disk size", () => blob(manifest({ ...MANIFEST, diskSizeBytes: "1" }), END), /diskSizeBytes/],
  ["a disk of a terabyte", () => blob(manifest({ ...MANIFEST, diskSizeBytes: 2 ** 40 }), END), /diskSizeBytes/],
  ["metadata that are no strings", () => blob(manifest({ ...MANIFEST, metadata: { a: 1 } }), END), /metadata\.a/],
  [
    "variables with a bad name",
    () => blob(manifest({ ...MANIFEST, envs: { "a=b": "" } }), END),
    /no name for a variable/,
  ],
  [
    "a manifest that is a link",
    () => blob(member("2", "vibengine.json", { link: "/etc/passwd" }), END),
    /no plain file/,
  ],
  ["a huge manifest", () => blob(manifest(" ".repeat(2 * MIB)), END), /no plain file of at most/],
  ["two manifests", () => archive(manifest()), /entry 3 .*second manifest/],
  [
    "an absolute name",
    () => archive(member("0", "/etc/passwd", { data: "x" })),
    /entry 3 \("\/etc\/passwd"\): its name is absolute/,
  ],
  ["dots that lead out", () => archive(file("../../etc/passwd")), /"\.\."/],
  ["dots at the end", () => archive(dir("a/..")), /"\.\."/],
  [
    "something beside the tree",
    () => archive(member("0", "other", { data: "x" })),
    /neither vibengine\.json nor below/,
  ],
  ["a name through a link", () => archive(symlink("l", "/etc"), file("l/passwd")), /through "l", a symbolic link/],
  ["a name through a link to itself", () => archive(symlink("l", "l"), dir("l/l/l")), /through "l", a symbolic link/],
  ["a name through a file", () => archive(file("f"), file("f/g")), /through "f", which is no directory/],
  ["a hard link to outside", () => archive(link("h", "/etc/passwd")), /name is absolute/],
  ["a hard link by dots", () => archive(link("h", at("../x"))), /"\.\."/],
  ["a hard link to the manifest", () => archive(link("h", "vibengine.json")), /outside of the tree/],
  ["a hard link to the tree", () => archive(link("h", "vibengine.root")), /outside of the tree/],
  ["a hard link to what comes later", () => archive(link("h", at("f")), file("f")), /does not come before/],
  ["a hard link to nothing", () => archive(link("h", at("a/b"))), /does not come before/],
  ["a hard link to a directory", () => archive(dir("d"), link("h", at("d"))), /a directory/],
  [
    "a hard link through a link",
    () => archive(dir("d"), file("d/f"), symlink("l", "d"), link("h", at("l/f"))),
    /through "l"/,
  ],
  ["a hard link over another file", () => archive(file("f"), file("g"), link("g", at("f"))), /same name came before/],
  [
    "a hard link with content",
    () => archive(file("f"), member("1", at("h"), { link: at("f"), data: "x" })),
    /only a file can have/,
  ],
  ["a directory with content", () => archive(member("5", at("d"), { data: "x" })), /only a file can have/],
  ["a file where a directory was", () => archive(dir("d"), file("d")), /came before with another type/],
  ["a directory where a link was", () => archive(symlink("l", "/"), dir("l")), /came before with another type/],
  [
    "a tree that is a link",
    () => blob(manifest(), member("2", "vibengine.root", { link: "/" }), END),
    /is no directory/,
  ],
  ["a file that ends in a slash", () => archive(symlink("l/", "x")), /name is a directory's/],
  ["an empty target", () => archive(symlink("l", "")), /impossible length/],
  [
    "an endless target",
    () => archive(pax([["linkpath", "x".repeat(5000)]], symlink("l", "x"))),
    /impossible length: 5000/,
  ],
  ["a NUL in a name", () => archive(pax([["path", at("a\0b")]], file("f"))), /holds a NUL/],
  ["a NUL in a long name", () => archive(member("L", "@", { data: `${at("a")}\0b\0` }), file("f")), /holds a NUL/],
  [
    "a name too long",
    () => archive(file(`${"n".repeat(256)}`.slice(0, 80)), pax([["path", at("n".repeat(256))]], file("f"))),
    /longer than 255/,
  ],
  ["a path too long", () => archive(pax([["path", at("n/".repeat(40_000))]], file("f"))), /name is too long/],
  ["no name", () => archive(member("0", "", { data: "x" })), /no name/],
  ["something in /proc", () => archive(file("proc/1")), /made up by the system/],
  ["/proc as a link", () => archive(symlink("proc", "etc")), /made up by the system/],
  [
    "a wrong checksum",
    () => archive(file("f").map((byte, i) => (i === 3 ? byte ^ 1 : byte))),
    /entry 3: .*checksum is wrong/,
  ],
  ["a size that is no number", () => archive(bent(file("f"), 124, "zzzz")), /size is no number/],
  ["a negative size", () => archive(bent(file("f"), 124, new Array(12).fill(0xff))), /size is negative/],
  ["a size out of range", () => archive(bent(file("f"), 124, [0x80, ...new Array(11).fill(0x7f)])), /out of range/],
  ["a size by pax that is none", () => archive(pax([["size", "-1"]], file("f"))), /size is no usable number/],
  ["a size that disagrees", () => archive(pax([["size", "600"]], file("f"))), /ends in the middle|cut/],
  ["a time that is none", () => archive(pax([["mtime", "soon"]], file("f"))), /mtime is no usable time/],
  ["a time beyond all", () => archive(pax([["mtime", "9".repeat(30)]], file("f"))), /mtime is no usable time/],
  ["an owner out of range", () => archive(file("f", "x", { uid: 70_000 })), /owner is out of range/],
  ["a mode out of range", () => archive(file("f", "x", { mode: 0o7000000 })), /mode is out of range/],
  ["a type that is not known", () => archive(member("V", at("f"))), /type, "V", is not known/],
  ["a block device", () => archive(member("4", at("sda"), { major: 8 })), /type, "4", is not known/],
  ["a device that is not there", () => archive(member("3", at("mem"), { major: 1, minor: 1 })), /no device 1:1/],
  ["pax records cut", () => archive(paxRaw("30 path=short\n", file("f"))), /pax records are malformed/],
  ["pax records without a length", () => archive(paxRaw("path=x\n", file("f"))), /pax records are malformed/],
  ["pax records of length 0", () => archive(paxRaw("0 a=b\n", file("f"))), /pax records are malformed/],
  ["pax records without a key", () => archive(paxRaw("6 =bc\n", file("f"))), /pax records are malformed/],
  ["pax records twice", () => archive(pax([["a", "b"]], pax([["a", "b"]], file("f")))), /pax records twice/],
  ["pax records of a megabyte", () => archive(paxRaw(`${"x".repeat(MIB)}`, file("f"))), /impossible size/],
  ["pax records for nobody", () => archive(pax([["a", "b"]], new Uint8Array(0))), /ends where a header should follow/],
  [
    "one path for all",
    () => archive(member("g", "g", { data: "12 path=abc\n" }), file("f")),
    /give all entries one path/,
  ],
  [
    "two long names",
    () => archive(member("L", "@", { data: "a\0" }), member("L", "@", { data: "b\0" }), file("f")),
    /two long names/,
  ],
  ["a long name without end", () => archive(bent(member("L", "@"), 124, "77777777777"), file("f")), /impossible size/],
  [
    "a sparse map that runs backwards",
    () => archive(sparse([["GNU.sparse.realsize", "100"]], mapped("2\n50\n1\n0\n1\n", "xy"))),
    /contradicts itself/,
  ],
  [
    "a sparse map beyond the file",
    () => archive(sparse([["GNU.sparse.realsize", "10"]], mapped("1\n50\n1\n", "x"))),
    /contradicts itself/,
  ],
  [
    "a sparse map that disagrees",
    () => archive(sparse([["GNU.sparse.realsize", "10"]], mapped("1\n0\n2\n", "x"))),
    /has 2 bytes of data but 1/,
  ],
  [
    "a sparse map without end",
    () => archive(sparse([["GNU.sparse.realsize", "10"]], mapped("99999999\n"))),
    /too long/,
  ],
  [
    "a sparse map that is cut",
    () => archive(sparse([["GNU.sparse.realsize", "10"]], "9\n")),
    /cut|malformed|no usable/,
  ],
  ["a sparse map of no digits", () => archive(sparse([["GNU.sparse.realsize", "10"]], "x".repeat(512))), /malformed/],
  [
    "a sparse file of a size too large",
    () => archive(sparse([["GNU.sparse.realsize", String(2 ** 50)]], mapped("0\n"))),
    /more than a file can have/,
  ],
  ["a sparse file of no size", () => archive(sparse([], mapped("0\n"))), /more than a file can have|size/],
  [
    "a sparse format that is not known",
    () =>
      archive(
        pax(
          [
            ["GNU.sparse.major", "9"],
            ["GNU.sparse.minor", "0"],
          ],
          file("f"),
        ),
      ),
    /not known: "9.0"/,
  ],
  [
    "content that is cut",
    () => blob(manifest(), dir(""), file("f", "x".repeat(5000)).subarray(0, 2000)),
    /ends in the middle/,
  ],
  ["no end", () => blob(manifest(), dir(""), file("f")), /it is cut/],
  ["half an end", () => blob(manifest(), dir(""), file("f"), new Uint8Array(512)), /it is cut/],
  ["zeros among the entries", () => archive(new Uint8Array(512), file("f")), /zeros stands among the entries/],
  ["something behind the end", () => blob(manifest(), dir(""), END, file("f")), /follows the archive's end/],
  [
    "zeros behind the end for ever",
    () => zipped(manifest(), dir(""), END, new Uint8Array(HUGE)),
    /follows the archive's end/,
  ],
  ["a gzip that is cut", () => new Blob([goodGzip().subarray(0, -12)]), /cut or damaged/],
  [
    "a gzip that is damaged",
    () => new Blob([goodGzip().map((byte, i, all) => (i === all.length - 6 ? byte ^ 1 : byte))]),
    /cut or damaged/,
  ],
  ["a gzip of a text", () => zipped(encode("hello ".repeat(1000))), /no tar archive/],
  ["a gzip of zeros", () => zipped(new Uint8Array(HUGE)), /something follows the archive's end/],
];

test.each(CASES)("%s is refused", async (_what, made, message) => {
  const error: Error = await imported(made()).then(
    () => new Error("it was taken"),
    (reason) => reason,
  );
  expect(error.message).toMatch(message);
  expect(error.name).toBe("InvalidArgumentError");
  expect(error.message).toMatch(/^the archive can't be imported: /);
});

/** A bomb: `unit` over and over, made as it is asked for; `taken` counts how much was. */
function endless(start: Uint8Array, unit: Uint8Array): { archive: Blob; taken: () => number } {
  let taken = 0;
  const chunk = Buffer.concat(new Array(Math.ceil(65_536 / unit.length)).fill(unit));
  const all = Buffer.concat([start, chunk]);
  const archive = {
    size: Number.MAX_SAFE_INTEGER,
    slice(from: number, to: number) {
      const head = from < start.length ? all.subarray(from, Math.min(to, all.length)) : chunk;
      taken += head.length;
      return new Blob([head as Uint8Array<ArrayBuffer>]);
    },
  };
  return { archive: archive as unknown as Blob, taken: () => taken };
}

const open = joinBytes(manifest(), dir(""));
test.each([
  ["files without end", file("f", "x".repeat(512))],
  ["one directory for ever", dir("d")],
  ["pax records for ever", pax([["comment", "c".repeat(100_000)]], dir("d"))],
])("%s are stopped at what the disk can hold", async (_what, unit) => {
  const bomb = endless(open, unit);
  await expect(imported(bomb.archive, MIB)).rejects.toMatchObject({ name: "NotEnoughSpaceError" });
  expect(bomb.taken()).toBeLessThan(80 * MIB);
});

test("a file larger than the disk is refused before any of it is read", async () => {
  const bomb = endless(joinBytes(open, member("0", at("f"), { size: 2 ** 33 })), new Uint8Array(512));
  await expect(imported(bomb.archive)).rejects.toMatchObject({ name: "NotEnoughSpaceError" });
  expect(bomb.taken()).toBeLessThan(4 * MIB);
});

test("a bomb in front of the manifest is stopped", async () => {
  const bomb = endless(dir(""), file("f", "x".repeat(512)));
  await expect(imported(bomb.archive, MIB)).rejects.toThrow(/no manifest.*or it does not come first/);
  expect(bomb.taken()).toBeLessThan(8 * MIB);
});

test("what only looks bad is taken: loops of links, holes of terabytes, doubled names, any order", async () => {
  const hole = sparse([["GNU.sparse.realsize", String(2 ** 41)]], mapped(`1\n${2 ** 41}\n0\n`));
  const { disk } = await imported(
    blob(
      dir("a/b/c"),
      ...[
        symlink("x", "y"),
        symlink("y", "x"),
        hole,
        file("f", "old"),
        link("g", at("f")),
        file("f", "new"),
        dir("a/b/c"),
      ],
      ...[link("g", at("g")), member("0", "./vibengine.root//a/./z", { data: "z" }), manifest(), END],
    ),
  );
  expect(isHealthy(disk)).toBe(true);
});

test("bytes flipped, cut or doubled anywhere: taken or refused, never anything else", async () => {
  const { system, disk } = newDisk(MIB);
  const fd = system.open(AT_FDCWD, encode(`/${"n".repeat(150)}`), O_RDWR | O_CREAT, 0o644);
  system.pwrite(fd, encode("data"), 0, 4, 50_000);
  const own = new Uint8Array(
    await new Response((await exported(disk, MIB)).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer(),
  );
  const tars = [own];
  for (const base64 of Object.values(repacked)) {
    const bytes = new Blob([Buffer.from(base64, "base64")]).stream().pipeThrough(new DecompressionStream("gzip"));
    tars.push(new Uint8Array(await new Response(bytes).arrayBuffer()));
  }
  const change = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    to: fc.nat(255),
    what: fc.constantFrom("set", "sum", "cut", "double"),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.nat(tars.length - 1),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      async (which, changes, zips) => {
        let bytes = tars[which].slice();
        for (const { at: share, to, what } of changes) {
          const position = Math.floor(share * (bytes.length - 1));
          const record = position - (position % 512);
          if (what === "cut") bytes = bytes.slice(0, to < 128 ? position : record);
          else if (what === "double")
            bytes = joinBytes(bytes.subarray(0, record), bytes.subarray(Math.max(0, record - 512 * (to % 4))));
          else if (bytes.length > 0) {
            bytes[position] = to;
            // With the checksum made right the change gets through to what reads the fields.
            if (what === "sum" && record + 512 <= bytes.length)
              bytes.set(bent(bytes.slice(record, record + 512), 0, []), record);
          }
        }
        const result = await imported(new Blob([zips ? gzipSync(bytes) : bytes]), 2 * MIB).catch(
          (error: Error) => error,
        );
        if (result instanceof Error)
          expect(`${result.name}: ${result.message}`).toMatch(
            /^(InvalidArgument|NotEnoughSpace)Error: the archive can't be imported: /,
          );
        else expect(isHealthy(result.disk)).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});

test("compressed bytes flipped or cut anywhere", async () => {
  const good = new Uint8Array(await (await exported(newDisk(MIB).disk, MIB)).arrayBuffer());
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), fc.boolean(), async (position, to, cuts) => {
      const bytes = cuts ? good.slice(0, position) : good.slice();
      if (!cuts) bytes[position] = to;
      const result = await imported(new Blob([bytes]), 2 * MIB).catch((error: Error) => error);
      if (result instanceof Error) expect(result.name).toMatch(/^(InvalidArgument|NotEnoughSpace)Error$/);
      else expect(isHealthy(result.disk)).toBe(true);
    }),
    { numRuns: 100 },
  );
});
