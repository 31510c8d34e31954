import { expect, test } from "vitest";
import { DIR, openPipe, testGuest } from "./test-guest.ts";

const BADF = 8;
const NOTSOCK = 57;

test("no open fd is a socket, and what isn't open is EBADF", () => {
  const guest = testGuest();
  guest.file("f");
  const [readEnd] = openPipe(guest);
  const out = guest.room(16);
  for (const [fd, errno] of [
    [0, NOTSOCK],
    [DIR, NOTSOCK],
    [guest.open("f"), NOTSOCK],
    [readEnd, NOTSOCK],
    [99, BADF],
    [-1, BADF],
  ]) {
    expect(guest.call("sock_accept", fd, 0, out)).toBe(errno);
    expect(guest.call("sock_recv", fd, out, 0, 0, out, out)).toBe(errno);
    expect(guest.call("sock_send", fd, out, 0, 0, out)).toBe(errno);
    expect(guest.call("sock_shutdown", fd, 3)).toBe(errno);
  }
});
