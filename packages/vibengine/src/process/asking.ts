// How a guest asks the kernel for something: it posts a request with a number and sleeps on its event word, as in any wait, until the
// answer to that number stands in its slot. So a kill ends this wait, too.

import { EAGAIN, P_REPLY, P_RESULT, type System } from "@vibengine/system";
import type { FromWorker } from "../protocol.ts";
import type { Waits } from "./wasi/index.ts";

/** Posts what `message` makes of the request's number; the kernel's result, >= 0 or -errno. */
export type Asked = (message: (id: number) => FromWorker) => number;

/** What is needed to ask. */
interface Asker {
  sys: System;
  waits: Waits;
  post(message: FromWorker): void;
}

export function asking({ sys, waits, post }: Asker): Asked {
  const { slots } = sys.machine;
  return (message) => {
    // One after the other: the number only has to differ from the last one's.
    const id = slots.get(sys.slot, P_REPLY) + 1;
    post(message(id));
    waits.through(() => (slots.get(sys.slot, P_REPLY) === id ? 0 : -EAGAIN));
    return slots.get(sys.slot, P_RESULT);
  };
}
