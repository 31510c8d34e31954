// What only the kernel can do: start programs, keep time, reach the network. The guest posts a request and sleeps on its event word
// until the answer stands in its slot.

import { decode, EINVAL, monotonicMs } from "@vibengine/system";
import type { ProgramRequest } from "../../protocol.ts";
import { type Asked, asking } from "../asking.ts";
import type { Host } from "../imports/index.ts";
import type { Request } from "./frame.ts";
import type { Call } from "./index.ts";

/** setitimer's largest, about 24 days: what a timer of the browser can wait. */
const LONGEST_MS = 0x7fff_ffff;

export function kernelCalls(host: Host): Record<string, Call> {
  const { sys, post } = host;
  const ask: Asked = asking(host);
  let dueAt = 0;
  return {
    spawn: (request) => ask((id) => ({ type: "spawn", id, pid: sys.pid, request: readSpawn(request) })),

    alarm(request) {
      const [ms, every] = [request.number(), request.number()];
      if (!(ms >= 0 && ms <= LONGEST_MS && every >= 0 && every <= LONGEST_MS)) return -EINVAL;
      const now = monotonicMs();
      const left = Math.max(0, Math.ceil(dueAt - now));
      dueAt = ms === 0 ? 0 : now + ms;
      post({ type: "alarm", pid: sys.pid, ms, every });
      return [0, left];
    },

    fetch(request) {
      const flags = request.number();
      if (flags !== 0) return -EINVAL;
      const [method, url] = [request.text(), request.text()];
      const headers = request.list((): [string, string] => [request.text(), request.text()]);
      const body = request.rest().slice();
      const ends: [number, number] = [0, 0];
      const made = sys.pipe(ends);
      if (made < 0) return made;
      const [reader, writer] = ends;
      for (const fd of ends) sys.setCloexec(fd, true);
      // The kernel takes the writing end over by its name in /proc.
      const result = ask((id) => ({ type: "fetch", id, pid: sys.pid, writer, method, url, headers, body }));
      sys.close(writer);
      if (result < 0) sys.close(reader);
      return result < 0 ? result : reader;
    },
  };
}

function readSpawn(request: Request): ProgramRequest {
  const path = request.field().slice();
  const cwd = request.field().slice();
  const argv = request.list(() => decode(request.field()));
  const env = request.list(() => decode(request.field()));
  const actions = request.list((): [number, number] => [request.number(), request.number()]);
  const group = request.number();
  return { path, argv, env, actions, ...(cwd.length > 0 && { cwd }), ...(group !== -1 && { group }) };
}
