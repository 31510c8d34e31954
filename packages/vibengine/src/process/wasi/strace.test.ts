import { Killed } from "@vibengine/system";
import { expect, test } from "vitest";
import { ALL, DIR, openPipe, READ, type TestGuest, testGuest } from "./test-guest.ts";

const CALLS = 46;
const TIME = / <\d+\.\d{6}>$/;

function tracedGuest(args: Uint8Array[] = []): { guest: TestGuest; lines: string[] } {
  const lines: string[] = [];
  return { guest: testGuest({ args, trace: (line) => lines.push(line) }), lines };
}

/** The line that the last call wrote, without its time, which it must have. */
function last(lines: string[]): string {
  const line = lines[lines.length - 1];
  expect(line).toMatch(TIME);
  return line.replace(TIME, "");
}

test("each call is a line: name, arguments, result, seconds", () => {
  const { guest, lines } = tracedGuest();
  guest.file("foo", "some content");
  const fd = guest.open("foo", 0, READ);
  expect(last(lines)).toBe('path_open(3, 0x1, "foo", 0x0, 0x4002, 0x1fffffff, 0x0) = 4');
  guest.read(fd, 4);
  expect(last(lines)).toBe('fd_read(4, "some") = 4');
  guest.call("fd_close", fd);
  expect(last(lines)).toBe("fd_close(4) = 0");
  expect(lines.length).toBe(3);
});

test("an error is -1, its name and its text", () => {
  const { guest, lines } = tracedGuest();
  guest.call("path_open", DIR, 0, "none", 0, READ, 0n, 0, guest.room(4));
  expect(last(lines)).toBe('path_open(3, 0x0, "none", 0x0, 0x4002, 0x0, 0x0) = -1 ENOENT (No such file or directory)');
  guest.read(99, 4);
  expect(last(lines)).toBe("fd_read(99, …) = -1 EBADF (Bad file descriptor)");
});

test("data are cut to 32 bytes, over vectors, control characters and bytes that are no text escaped", () => {
  const { guest, lines } = tracedGuest();
  const fd = guest.open("f", 1, ALL);
  guest.write(fd, `${"0123456789".repeat(10)}`);
  expect(last(lines)).toBe('fd_write(4, "01234567890123456789012345678901"...) = 100');
  const vectors = guest.vectors([guest.put("a\n\x1b"), 3], [guest.put(Uint8Array.of(0xff, 0x22)), 2]);
  guest.call("fd_write", fd, vectors, 2, guest.room(4));
  expect(last(lines)).toBe('fd_write(4, "a\\n\\u001b\\xff\\"") = 5');
  guest.call("fd_write", fd, -8, 2, guest.room(4));
  expect(last(lines)).toBe("fd_write(4, ?) = -1 EFAULT (Bad address)");
});

test("64-bit numbers and results, two paths", () => {
  const { guest, lines } = tracedGuest();
  const fd = guest.open("f", 1, ALL);
  guest.call("fd_seek", fd, 5_000_000_000n, 0, guest.room(8));
  expect(last(lines)).toBe("fd_seek(4, 5000000000, 0) = 5000000000");
  guest.call("path_rename", DIR, "f", DIR, "g");
  expect(last(lines)).toBe('path_rename(3, "f", 3, "g") = 0');
});

test("a call that doesn't return has a line too", () => {
  const { guest, lines } = tracedGuest();
  expect(() => guest.call("proc_exit", 3)).toThrow("exit 3");
  expect(last(lines)).toBe("proc_exit(3) = ?");
  const [readEnd, writeEnd] = openPipe(guest);
  guest.sys.close(readEnd);
  expect(() => guest.write(writeEnd, "x")).toThrow(Killed);
  expect(last(lines)).toBe('fd_write(5, "x") = ? killed by signal 13');
});

test("all calls can be traced, whatever they are given", () => {
  const { guest, lines } = tracedGuest([Uint8Array.of(0x61)]);
  const arity: Record<string, number> = { fd_seek: 4, path_open: 9, path_filestat_set_times: 7, path_link: 7 };
  const wide: Record<string, number[]> = {
    clock_time_get: [1],
    fd_advise: [1, 2],
    fd_allocate: [1, 2],
    fd_fdstat_set_rights: [1, 2],
    fd_filestat_set_size: [1],
    fd_filestat_set_times: [1, 2],
    fd_pread: [3],
    fd_pwrite: [3],
    fd_readdir: [3],
    fd_seek: [1],
    path_filestat_set_times: [4, 5],
    path_open: [5, 6],
  };
  for (const name of guest.names) {
    if (name === "proc_exit" || name === "proc_raise") continue;
    const args = Array.from({ length: arity[name] ?? 6 }, (_, i) => (wide[name]?.includes(i) ? -1n : -1));
    guest.call(name, ...args);
  }
  expect(guest.names.length).toBe(CALLS);
  expect(lines.length).toBe(CALLS - 2);
});

test("without a trace the imports are the bare functions", () => {
  expect(testGuest().names.length).toBe(CALLS);
});
