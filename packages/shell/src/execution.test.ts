// What recorded scripts cannot show: messages on stderr, an interactive shell, what a signal ends.

import { expect, test } from "vitest";
import { runScript } from "./testing.ts";

test("a message names the file and the line it stands in", async () => {
  const { stderr } = await runScript("echo 'x\nnosuch' > lib; . ./lib; nosuch2");
  expect(stderr).toContain("./lib: line 2: nosuch: command not found\n");
  expect(stderr).toContain("bash: line 2: nosuch2: command not found\n");
});

test("a program that a signal ended is told of, but not SIGINT and SIGPIPE", async () => {
  const { stderr, status } = await runScript(
    "bash -c 'kill -KILL $$'; bash -c 'kill -INT $$'; bash -c 'kill -PIPE $$'",
  );
  expect(stderr).toMatch(/^bash: line 1: +[0-9]+ Killed {18}bash -c 'kill -KILL \$\$'\n$/);
  expect(status).toBe(141);
});

test("an interactive shell reads its startup file, lives through errors and keeps a history", async () => {
  const script = [
    "echo 'alias hi=\"echo hello\"' > .bashrc",
    `printf 'hi\\n: \${nope?}\\n)\\nkill $$\\necho alive\\n' | bash -i`,
    "tail -n 1 .bash_history",
  ].join("\n");
  const { stdout } = await runScript(script);
  expect(stdout).toBe("hello\nalive\necho alive\n");
});

test("trace lines go through PS4, one more of its first character at each level", async () => {
  const { stderr } = await runScript("PS4='+$LINENO '; set -x; x=$(echo a); eval 'echo b'");
  expect(stderr).toBe("++1 echo a\n+1 x=a\n+1 eval 'echo b'\n++1 echo b\n");
});

test("set -v prints lines as they are read", async () => {
  const { stderr } = await runScript("", { args: ["-v"], stdin: "echo a # c\nif true; then\n:; fi\n" });
  expect(stderr).toBe("echo a # c\nif true; then\n:; fi\n");
});

test("bad options are refused with the usage, --version and --help answered", async () => {
  const refused = await runScript("", { args: ["--nosuch"] });
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain("bash: --nosuch: invalid option\n");
  expect((await runScript("", { args: ["--version"] })).stdout).toMatch(/^GNU bash, version 5\.2/);
  expect((await runScript("", { args: ["--help"] })).stdout).toContain("Usage:\tbash [GNU long option]");
});

test("a loop that never ends is ended by a signal from outside", async () => {
  const { stdout } = await runScript("(while :; do :; done) & kill -INT $!; kill $!; wait $!; echo $?");
  expect(stdout).toBe("143\n");
});

test("a coprocess talks both ways, and its variables go with it", async () => {
  const { stdout } = await runScript(
    `coproc UP { while read -r x; do echo "<$x>"; done; }; echo a >&\${UP[1]}; read -r y <&\${UP[0]}; echo $y; exec {UP[1]}>&-; wait; echo \${UP_PID-gone}`,
  );
  expect(stdout).toBe("<a>\ngone\n");
});
