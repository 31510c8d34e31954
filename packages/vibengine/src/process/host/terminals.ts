// Terminals: what is one, its settings, its size, and who is in its foreground.

import { EINVAL, ENOTTY } from "@vibengine/system";
import type { Host } from "../imports/index.ts";
import type { Call } from "./index.ts";

/** `when` of tcsetattr: what was typed is thrown away. Output is never held back, so there is nothing to drain. */
const FLUSH = 2;

export function terminalCalls({ sys }: Host): Record<string, Call> {
  return {
    isatty(request) {
      const fd = request.number();
      const flags = sys.getFlags(fd);
      if (flags < 0) return flags;
      return sys.isatty(fd) ? 0 : -ENOTTY;
    },
    winsize(request) {
      const size = sys.windowSize(request.number());
      return typeof size === "number" ? size : [0, size.rows, size.columns];
    },
    tcgetattr(request) {
      const termios = sys.tcgetattr(request.number());
      if (typeof termios === "number") return termios;
      const { iflag, oflag, cflag, lflag, cc } = termios;
      return [0, iflag, oflag, cflag, lflag, ...cc];
    },
    tcsetattr(request) {
      const [fd, when] = [request.number(), request.number()];
      const old = sys.tcgetattr(fd);
      if (typeof old === "number") return old;
      const [iflag, oflag, cflag, lflag] = [request.number(), request.number(), request.number(), request.number()];
      const cc = old.cc.map(() => request.number());
      if (cc.some((byte) => !(byte >= 0 && byte <= 0xff))) return -EINVAL;
      return sys.tcsetattr(fd, { iflag, oflag, cflag, lflag, cc }, when === FLUSH);
    },
    tcgetpgrp: (request) => sys.tcgetpgrp(request.number()),
    tcsetpgrp: (request) => sys.tcsetpgrp(request.number(), request.number()),
  };
}
