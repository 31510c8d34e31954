// What comes with the tools: it is loaded once, when it is first needed, is called at once from then on, and is asked for again
// when it could not be loaded.

import { expect, test } from "vitest";
import { builtins } from "./builtins/index.ts";
import { Programs } from "./execute/programs.ts";
import { Shell } from "./execute/shell.ts";
import type { ShellHost } from "./host.ts";
import { runShell } from "./shell.ts";
import { shellSystem, testHost } from "./testing.ts";

async function run(script: string, host: Partial<ShellHost>) {
  const { sys, read } = shellSystem();
  const status = await runShell(sys, ["bash", "-c", script], ["HOME=/home/user"], { ...testHost, ...host });
  return { status, stdout: read(1), stderr: read(2) };
}

/** A host whose first `failures` loads fail. */
function failing(failures: number) {
  const host = {
    loads: 0,
    async loadTools() {
      if (host.loads++ < failures) throw new TypeError("no network");
      return testHost.loadTools();
    },
  };
  return host;
}

test("a script of builtins that are often used loads nothing", async () => {
  const host = failing(1);
  const script = `
    f() { local x=$1; printf '%s %d\\n' "$x" 7; }
    for i in 1 2; do f "$i"; done
    [[ $x == a* ]] || [ -z "$x" ] && cd / && read -r y < /etc/hostname; export y; trap 'echo end' EXIT; shopt -s extglob; set -u`;
  expect(await run(script, host)).toEqual({ status: 0, stdout: "1 7\n2 7\nend\n", stderr: "" });
  expect(host.loads).toBe(0);
});

test("everything late is loaded with one load", async () => {
  const host = failing(0);
  const script = `
    type -t ls; pushd / >/dev/null; pwd; mapfile -t lines <<< $'a\\nb'; echo \${#lines[@]}; printf '%.1f\\n' 2.25
    [[ ab12 =~ ([a-z]+)([0-9]+) ]] && echo \${BASH_REMATCH[2]}; umask; f() { :; }; export -f f; bash -c 'type -t f'; printf abc | wc -c`;
  const { stdout, stderr } = await run(script, host);
  expect({ stdout, stderr }).toEqual({ stdout: "file\n/\n2\n2.2\n12\n0022\nfunction\n3\n", stderr: "" });
  // The other shell of this script's \`bash -c\` asks for itself.
  expect(host.loads).toBe(2);
});

test("without the tools a late builtin fails as a tool does, with a message, and the script goes on", async () => {
  const host = failing(Number.POSITIVE_INFINITY);
  const { stdout, stderr } = await run(
    "dirs; echo $?; ls; echo $?; printf '%f' 1; echo $?; f() { :; }; export -f f; echo $?; declare -p HOME; echo $?; echo done",
    host,
  );
  expect(stdout).toBe("127\n127\n127\n127\n127\ndone\n");
  expect(stderr).toContain("dirs: the tools can't be loaded: no network\n");
  expect(stderr).toContain("ls: the tools can't be loaded: no network\n");
});

test("[[ =~ ]] without the tools fails with a message", async () => {
  const { status, stdout, stderr } = await run(
    "if [[ a =~ a ]]; then echo yes; fi\necho next",
    failing(Number.POSITIVE_INFINITY),
  );
  expect({ status, stdout }).toEqual({ status: 0, stdout: "next\n" });
  expect(stderr).toContain("the tools can't be loaded: no network\n");
});

test("they are asked for again after a failure", async () => {
  const { stdout } = await run("dirs; dirs; [[ a =~ (.) ]]; echo $BASH_REMATCH", failing(1));
  expect(stdout).toBe("~\na\n");
});

test("once loaded, a late builtin answers at once, as loops need it", async () => {
  const shell = new Shell(shellSystem().sys, testHost, new Programs(testHost, runShell), "bash");
  const umask = builtins.get("umask")!;
  const first = umask(shell, ["umask", "077"]);
  expect(first).toBeInstanceOf(Promise);
  expect(await first).toBe(0);
  expect(umask(shell, ["umask", "022"])).toBe(0);
  expect(builtins.get("printf")!(shell, ["printf", "-v", "x", "%.1f", "2.25"])).toBe(0);
  expect(shell.vars.get("x")).toBe("2.2");
});

test.each(["", "export TZ=XST+5:30; "])("a prompt's times, with and without the tools' formats: %s", async (zone) => {
  const { stdout } = await run(
    `${zone}f='%(%H:%M:%S %H:%M %I:%M:%S %I:%M %p %a %b %d %Y)T\\n'; x='\\t \\A \\T \\@ \\d \\D{%Y}'
    printf "$f" -1; echo "\${x@P}"; printf "$f" -1`,
    {},
  );
  const [before, prompt, after] = stdout.split("\n");
  expect([before, after]).toContain(prompt);
});

test("an expression that is too big or too deep for [[ =~ ]] is a bad one: status 2, and the script goes on", async () => {
  const script = `
    p='((a{1,1000}){1,1000}){1,1000}'; [[ aaaa =~ $p ]]; echo $?
    p=$(printf '(%.0s' {1..20000})a$(printf ')%.0s' {1..20000}); [[ a =~ $p ]]; echo $?`;
  expect(await run(script, {})).toEqual({ status: 0, stdout: "2\n2\n", stderr: "" });
});
