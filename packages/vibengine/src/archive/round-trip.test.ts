// A disk exported and imported is the same disk, whatever is on it; archives that other programs packed anew come in too.

import { AT_FDCWD, encode, fsck, O_CREAT, O_RDWR, type System } from "@vibengine/system";
import fc from "fast-check";
import { expect, test } from "vitest";
import { newExport } from "./export.ts";
import repacked from "./fixtures/repacked.json" with { type: "json" };
import { DISK_BYTES, exported, imported, isHealthy, MIB, newDisk, told } from "./testing.ts";

type Name = string | Uint8Array;
const bytesOf = (name: Name) => (typeof name === "string" ? encode(name) : name);

function put(system: System, name: Name, content: Name, at = 0, size = 0): void {
  const fd = system.open(AT_FDCWD, bytesOf(name), O_RDWR | O_CREAT, 0o644);
  if (fd < 0) return;
  const bytes = bytesOf(content);
  system.pwrite(fd, bytes, 0, bytes.length, at);
  if (size > 0) system.ftruncate(fd, size);
  system.close(fd);
}

const raw = (length: number, byte: number) => Uint8Array.of(0x2f, ...new Array(length).fill(byte));

/** One of everything that is hard to get right. */
function furnish(system: System): void {
  put(system, "/a", "hello");
  system.chmod(AT_FDCWD, encode("/a"), 0o4751);
  system.chown(AT_FDCWD, encode("/a"), 65_535, 40_000, false);
  system.utimens(AT_FDCWD, encode("/a"), false, { sec: -2, nsec: 500_000_001 }, { sec: -1, nsec: 1 });
  put(system, "/far", "mid", 5_000_000_000, 10_000_000_000);
  system.utimens(AT_FDCWD, encode("/far"), false, { sec: 2 ** 40, nsec: 0 }, { sec: 2 ** 52, nsec: 999_999_999 });
  put(system, "/late", "x".repeat(9000), 8192);
  put(system, "/hole", "", 0, 100_000);
  put(system, Uint8Array.of(0x2f, 0xff, 0xfe, 0x0a, 0x61), "raw");
  put(system, raw(255, 0xfd), "not UTF-8");
  put(system, raw(254, 0xfc), "not UTF-8, with a hole", 70_000, 100_000);
  put(system, `/${"é".repeat(127)}`, "UTF-8");
  put(system, "/new\nline", "\n");
  put(system, "/home/user/vibengine.json", "{}");
  system.mkdir(AT_FDCWD, encode("/empty"), 0o700);
  system.chmod(AT_FDCWD, encode("/empty"), 0o3770);
  system.symlink(encode("nowhere"), AT_FDCWD, encode("/sym"));
  system.symlink(encode("itself"), AT_FDCWD, encode("/itself"));
  system.symlink(encode("x".repeat(4000)), AT_FDCWD, encode("/sym-long"));
  system.symlink(Uint8Array.of(0xff, 0x0a), AT_FDCWD, encode("/sym-raw"));
  system.mkfifo(AT_FDCWD, encode("/fifo"), 0o640);
  for (const name of ["a", "sym", "fifo"]) {
    system.link(AT_FDCWD, encode(`/${name}`), AT_FDCWD, encode(`/etc/${name}2`), false);
    system.link(AT_FDCWD, encode(`/${name}`), AT_FDCWD, encode(`/usr/share/${name}3`), false);
  }
  system.unlink(AT_FDCWD, encode("/sym"));
  system.unlink(AT_FDCWD, encode("/etc/hosts"));
  system.rmdir(AT_FDCWD, encode("/srv"));
}

test("everything comes back exactly, and the disk exported is as it was", async () => {
  const { system, disk } = newDisk();
  furnish(system);
  const before = told(disk);
  expect(Object.keys(before).length).toBeGreaterThan(70);
  const archive = await exported(disk);
  expect(told(disk)).toEqual(before);
  expect(isHealthy(disk)).toBe(true);
  expect(archive.size).toBeLessThan(20_000);
  const copy = await imported(archive);
  expect(told(copy.disk)).toEqual(before);
  expect(isHealthy(copy.disk)).toBe(true);
  expect(copy.manifest).toMatchObject({ format: 1, sandboxId: "sb_test", metadata: { a: "b" }, envs: { X: "1" } });
  expect(copy.manifest.entries).toBe(Object.keys(before).length);
  expect(copy.diskSizeBytes).toBe(DISK_BYTES);
  // Once more, from the copy.
  expect(told((await imported(await exported(copy.disk))).disk)).toEqual(before);
});

test("paths as deep as the archive takes come back; deeper ones are refused by name", async () => {
  const { system, disk } = newDisk();
  const name = encode("d".repeat(250));
  const deepen = (levels: number) => {
    for (let i = 0; i < levels; i++) {
      system.mkdir(AT_FDCWD, name, 0o755);
      system.chdir(name);
    }
  };
  deepen(250);
  put(system, "leaf", "deep down");
  expect(told((await imported(await exported(disk))).disk)).toEqual(told(disk));
  deepen(20);
  await expect(exported(disk)).rejects.toThrow(/paths below .* are too long/);
  system.chdir(encode("/"));
  expect(isHealthy(disk)).toBe(true);
});

test("random trees come back exactly", async () => {
  const segment = fc.oneof(
    fc.constantFrom("a", "b", "c"),
    fc.uint8Array({ minLength: 1, maxLength: 120 }).map((name) => {
      const clean = name.map((byte) => (byte === 0 || byte === 0x2f ? 0xe9 : byte));
      return clean.every((byte) => byte === 0x2e) ? Uint8Array.of(0xe9) : clean;
    }),
  );
  const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => {
    const joined = parts.flatMap((part) => [0x2f, ...bytesOf(part)]);
    return Uint8Array.from(joined);
  });
  const time = fc.record({
    sec: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
    nsec: fc.integer({ min: 0, max: 999_999_999 }),
  });
  const step = fc.oneof(
    fc.record({ what: fc.constant("mkdir" as const), path, mode: fc.integer({ min: 0, max: 0o7777 }) }),
    fc.record({
      what: fc.constant("put" as const),
      path,
      data: fc.uint8Array({ maxLength: 5000 }),
      at: fc.nat(50_000),
      size: fc.nat(60_000),
    }),
    fc.record({ what: fc.constant("symlink" as const), path, other: path }),
    fc.record({ what: fc.constant("link" as const), path, other: path }),
    fc.record({ what: fc.constant("mkfifo" as const), path }),
    fc.record({ what: fc.constant("mknod" as const), path, device: fc.integer({ min: 1, max: 60 }) }),
    fc.record({ what: fc.constant("unlink" as const), path }),
    fc.record({ what: fc.constant("chmod" as const), path, mode: fc.integer({ min: 0, max: 0o7777 }) }),
    fc.record({ what: fc.constant("chown" as const), path, uid: fc.nat(65_535), gid: fc.nat(65_535) }),
    fc.record({ what: fc.constant("utimens" as const), path, atime: time, mtime: time }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { system, disk } = newDisk(2 * MIB);
      system.umask(0);
      for (const one of steps) {
        if (one.what === "mkdir") system.mkdir(AT_FDCWD, one.path, one.mode);
        else if (one.what === "put") put(system, one.path, one.data, one.at, one.size);
        else if (one.what === "symlink") system.symlink(one.other, AT_FDCWD, one.path);
        else if (one.what === "link") system.link(AT_FDCWD, one.other, AT_FDCWD, one.path, false);
        else if (one.what === "mkfifo") system.mkfifo(AT_FDCWD, one.path, 0o666);
        else if (one.what === "mknod") system.mknod(AT_FDCWD, one.path, 0o666, one.device);
        else if (one.what === "unlink") system.unlink(AT_FDCWD, one.path);
        else if (one.what === "chmod") system.chmod(AT_FDCWD, one.path, one.mode, false);
        else if (one.what === "chown") system.chown(AT_FDCWD, one.path, one.uid, one.gid, false);
        else system.utimens(AT_FDCWD, one.path, false, one.atime, one.mtime);
      }
      const copy = await imported(await exported(disk, 2 * MIB));
      expect(told(copy.disk)).toEqual(told(disk));
      expect(isHealthy(copy.disk)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test.each(Object.entries(repacked))("a tree that was edited and packed anew comes in: %s", async (kind, base64) => {
  const { disk } = await imported(new Blob([Buffer.from(base64, "base64")]));
  expect(isHealthy(disk)).toBe(true);
  const tree = Object.fromEntries(Object.entries(told(disk)).map(([path, text]) => [path, JSON.parse(text)]));
  const isFine = kind.startsWith("pax") || kind === "python";
  const mtime = { sec: 1_580_608_922, nsec: isFine && kind !== "python" ? 123_456_789 : expect.any(Number) };
  const content = (text: string) => [[0, Buffer.from(text).toString("base64")]];
  expect(tree["/home/user/f"]).toMatchObject({
    mode: 0o104755,
    uid: 1000,
    gid: 1000,
    mtime,
    content: content("edited\n"),
  });
  const isLinked =
    tree["/home/user/sub/hard"].first === "/home/user/f" || tree["/home/user/f"].first === "/home/user/sub/hard";
  expect(isLinked).toBe(true);
  expect(tree["/home/user/sub/soft"]).toMatchObject({ content: content("../f") });
  // Python's tarfile takes the names of a link for two links, and GNU tar those of a FIFO for two FIFOs.
  expect(tree["/soft2"].first === "/home/user/sub/soft").toBe(kind !== "python");
  expect(tree["/empty"].mode).toBe(0o040755);
  if (kind !== "v7") {
    expect(tree["/nul"]).toMatchObject({ device: 1 });
    expect(tree["/home/user/pipe2"].mode & 0o170000).toBe(0o010000);
  }
  if (kind !== "v7" && kind !== "ustar") {
    expect(tree[`/home/user/${"n".repeat(120)}`]).toMatchObject({ content: content("long\n") });
  }
  // What was packed with --sparse has its holes; else its zeros.
  const many = tree["/home/user/many"];
  expect(many.size).toBe(300_000);
  expect(many.content.length).toBe(kind.includes("S") ? 7 : 1);
  for (let i = 0; i < 7; i++) {
    const [start, text] = kind.includes("S") ? many.content[i] : many.content[0];
    expect(
      Buffer.from(text, "base64")
        .subarray(i * 40_960 - start, i * 40_960 - start + 5)
        .toString(),
    ).toBe(`data${i}`);
  }
  expect(tree["/home/user/sparse"].size).toBe(400_000);
});

test("a tar that is not compressed comes in, too", async () => {
  const unpacked = new Blob([Buffer.from(repacked.gnu, "base64")])
    .stream()
    .pipeThrough(new DecompressionStream("gzip"));
  const { disk } = await imported(await new Response(unpacked).blob());
  expect(told(disk)["/home/user/f"]).toContain('"size":7');
});

test("what is written, removed and renamed during an export: names are of one moment, files whole, nothing leaks", async () => {
  const { system, disk } = newDisk();
  for (let i = 0; i < 200; i++) put(system, `/tmp/${i}`, "old".repeat(2000));
  const names = Object.keys(told(disk));
  let sections = 0;
  const archive = await newExport(disk).run(
    {
      exclusive: async (section) => {
        const result = section();
        if (++sections === 1) {
          for (let i = 0; i < 200; i += 4) {
            put(system, `/tmp/${i}`, "NEW".repeat(3000));
            system.unlink(AT_FDCWD, encode(`/tmp/${i + 1}`));
            put(system, "/new", "new");
            system.rename(AT_FDCWD, encode("/new"), AT_FDCWD, encode(`/tmp/${i + 2}`));
            system.mkdir(AT_FDCWD, encode(`/tmp/d${i}`), 0o755);
          }
        }
        return result;
      },
    },
    { sandboxId: "sb", metadata: {}, envs: {}, diskSizeBytes: DISK_BYTES, createdAt: 0 },
  );
  const tree = told((await imported(archive)).disk);
  expect(Object.keys(tree)).toEqual(names);
  for (let i = 0; i < 200; i++) {
    const [[, base64]] = JSON.parse(tree[`/tmp/${i}`]).content;
    expect(Buffer.from(base64, "base64").toString()).toBe(i % 4 === 0 ? "NEW".repeat(3000) : "old".repeat(2000));
  }
  expect(fsck(disk, { repair: false }).problems).toEqual([]);
});

test("an export that is stopped lets go of what it held", async () => {
  const { system, disk } = newDisk();
  put(system, "/tmp/gone", crypto.getRandomValues(new Uint8Array(60_000)));
  const one = newExport(disk);
  let sections = 0;
  const stopped = one.run(
    {
      exclusive: async (section) => {
        if (++sections === 2) {
          system.unlink(AT_FDCWD, encode("/tmp/gone"));
          one.stop(new Error("paused"));
        }
        return section();
      },
    },
    { sandboxId: "sb", metadata: {}, envs: {}, diskSizeBytes: DISK_BYTES, createdAt: 0 },
  );
  await expect(stopped).rejects.toThrow("paused");
  expect(fsck(disk, { repair: false }).problems).toEqual([]);
  expect(told((await imported(await exported(disk))).disk)).toEqual(told(disk));
});

test("a disk that is too small is said to be; a larger one is taken", async () => {
  const { system, disk } = newDisk();
  put(system, "/big", crypto.getRandomValues(new Uint8Array(65_536)), 0, 0);
  for (let i = 0; i < 30; i++) put(system, `/big${i}`, crypto.getRandomValues(new Uint8Array(65_536)));
  const archive = await exported(disk);
  await expect(imported(archive, MIB)).rejects.toMatchObject({ name: "NotEnoughSpaceError" });
  const larger = await imported(archive, 8 * MIB);
  expect(larger.diskSizeBytes).toBe(8 * MIB);
  expect(told(larger.disk)).toEqual(told(disk));
});
