// ps beside what is known of the processes: columns of one's own choice, selections, order, terminals.

import { expect, test } from "vitest";
import { PROMPT, startInteractive } from "../interactive/testing.ts";
import { runScript } from "../testing.ts";

async function out(script: string): Promise<string> {
  const { stdout, stderr } = await runScript(script);
  expect(stderr).toBe("");
  return stdout;
}

test("columns and titles of one's own choice", async () => {
  expect(await out('ps -o pid=,ppid= -p $$ | tr -s " "')).toMatch(/^ \d+ \d+\n$/);
  expect(await out("bash -c 'ps -o comm,args -p $$; :'")).toMatch(/^COMMAND {9}COMMAND\nbash {12}bash -c ps/);
  expect(await out("ps -o pid,cmd -p $$ | head -n 1")).toBe("    PID CMD\n");
  expect(await out("ps -o pid=NUMBER,user=WHO -p $$ | head -n 1")).toBe(" NUMBER WHO\n");
  expect(await out("sleep 9 & ps -o comm= --ppid $$ | grep -c sleep; kill $!")).toBe("1\n");
  expect(await out("bash -c 'ps --no-headers -o comm $$; :'")).toBe("bash\n");
  expect((await runScript("ps -o nonsense")).stderr).toContain('unknown user-defined format specifier "nonsense"');
});

test("selections and order", async () => {
  expect(await out("sleep 9 & sleep 9 & ps -C sleep -o pid= | wc -l; kill $(ps -C sleep -o pid=)")).toBe("2\n");
  expect(await out("sleep 9 & ps -o pid= --sort=-pid > a; sort -rn a | cmp - a && echo sorted; kill $!")).toBe(
    "sorted\n",
  );
  expect((await runScript("ps -C nothing-of-that-name -o pid=")).status).toBe(1);
});

test("the terminal, its foreground, and the usual tables", async () => {
  const shell = startInteractive();
  await shell.until(PROMPT);
  expect(await shell.run("ps -o tty=,stat=,comm= -C ps")).toBe("pts/0    R+   ps\n");
  expect(await shell.run("ps | head -n 1; ps -f | head -n 1; ps aux | head -n 1")).toBe(
    "    PID TTY          TIME CMD\n" +
      "UID          PID    PPID  C STIME TTY          TIME CMD\n" +
      "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n",
  );
});
