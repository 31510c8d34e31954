// Jobs: stopping and continuing, groups, and what `wait`, `jobs`, `fg`, `bg` and `kill` say of them. As bash 5.2 does.

import { expect, test } from "vitest";
import { runScript } from "./testing.ts";

/** Waits, in a script, until a process is in a state that `ps` shows with that letter. */
const UNTIL = `until_state() { until read -r line < /proc/$1/stat && [ "$(set -- $line; echo $3)" = $2 ]; do sleep 0.01; done; }
`;

async function out(script: string): Promise<string> {
  const { stdout, stderr } = await runScript(UNTIL + script);
  // What bash says, too, of a job that was killed.
  expect(stderr.replace(/^.*: line \d+: +\d+ (?:Killed|Hangup|User defined signal 1) .*\n/gm, "")).toBe("");
  return stdout;
}

test("a stopped loop of builtins writes nothing until it is continued", async () => {
  const script = `
    while :; do echo x >> f; done & pid=$!
    until [ -s f ]; do sleep 0.01; done
    kill -STOP $pid; until_state $pid T
    size() { stat -c %s f; }
    before=$(size); sleep 0.05; [ $before = $(size) ] && echo still
    ps -e | grep -c " T " > /dev/null; grep State /proc/$pid/status
    kill -CONT $pid
    until [ $before != $(size) ]; do sleep 0.01; done; echo on
    kill $pid; wait $pid; echo $?`;
  expect(await out(script)).toBe("still\nState:\tT (stopped)\non\n143\n");
});

test("a stopped sleep, a stopped member of a pipeline, a stopped subshell", async () => {
  expect(
    await out(`sleep 0.02 & kill -STOP $!; sleep 0.1; echo $(jobs -r); kill -CONT $!; wait $!; echo $?
      ( echo one; sh -c 'kill -STOP $PPID'; echo two ) > f & pid=$!
      until_state $pid T; cat f; kill -CONT $pid; wait; cat f`),
  ).toBe("[1]+ Running sleep 0.02 &\n0\none\none\ntwo\n");
  // The writer behind a stopped reader fills the pipe and waits.
  expect(
    await out(`yes | { sh -c 'echo $PPID > pid; kill -STOP $PPID'; head -n 3; } > f &
      until [ -s pid ]; do sleep 0.01; done; until_state $(cat pid) T; sleep 0.05; wc -c < f
      kill -CONT $(cat pid); wait; wc -l < f`),
  ).toBe("0\n3\n");
});

test("TERM reaches a stopped process when it goes on, KILL at once", async () => {
  expect(
    await out(`sleep 9 & a=$!; sleep 9 & b=$!; kill -STOP $a $b; kill -TERM $a; kill -KILL $b
      wait $b; echo $?; kill -0 $a && echo there; kill -CONT $a; wait $a; echo $?`),
  ).toBe("137\nthere\n143\n");
});

test("without job control a shell waits for what is stopped, and lists it as running", async () => {
  expect(await out("sleep 0.02 & kill -STOP $!; jobs; (sleep 0.1; kill -CONT $!) & wait; echo $?")).toBe(
    "[1]+  Running                 sleep 0.02 &\n0\n",
  );
});

test("with job control a stopped foreground job gives 128 + signal, and becomes a job", async () => {
  const { stdout, stderr, status } = await runScript(
    `set -m; sh -c 'kill -STOP $$; exit 3'; echo $?; jobs; kill -CONT %1; wait %1; echo $?
     (kill -TSTP $BASHPID; exit 4); echo $?; fg; echo $?; jobs`,
  );
  expect(stdout).toBe(
    `147\n[1]+  Stopped                 sh -c 'kill -STOP $$; exit 3'\n3\n148\n(kill -TSTP $BASHPID; exit 4)\n4\n`,
  );
  expect(stderr).toBe(
    `\n[1]+  Stopped                 sh -c 'kill -STOP $$; exit 3'\n\n[1]+  Stopped                 (kill -TSTP $BASHPID; exit 4)\n`,
  );
  expect(status).toBe(0);
});

test("each pipeline is a group of its own under job control, and is stopped, continued and killed as one", async () => {
  const { stdout } = await runScript(`${UNTIL}set -m
    group() { set -- $(cat /proc/$1/stat); echo $5; }
    sleep 9 | sleep 9 & last=$!; first=$(jobs -p)
    [ $(group $first) = $first ] && [ $(group $last) = $first ] && [ $first != $(group $$) ] && echo grouped
    kill -STOP -- -$first; jobs; until_state $last T; until_state $first T
    bg %1; until_state $last S; jobs
    kill -STOP $last; until_state $last T; jobs
    kill -CONT $last; kill %1; wait %1; echo $?; jobs`);
  expect(stdout).toBe(
    [
      "grouped",
      "[1]+  Stopped                 sleep 9 | sleep 9",
      "[1]+ sleep 9 | sleep 9 &",
      "[1]+  Running                 sleep 9 | sleep 9 &",
      "[1]+  Running                 sleep 9 | sleep 9 &", // one of two
      "143\n",
    ].join("\n"),
  );
});

test("wait of a stopped job under job control tells so; kill %n ends it", async () => {
  const { stdout } = await runScript(`set -m; sleep 9 & kill -STOP $!; wait $!; echo $?; jobs -s; jobs -r
    kill %1; wait %1; echo $?`);
  expect(stdout).toBe("147\n[1]+  Stopped                 sleep 9\n143\n");
});

test("without job control all are of the shell's group", async () => {
  const script = `group() { set -- $(cat /proc/$1/stat); echo $5; }
    sleep 9 | sleep 9 & [ $(group $!) = $(group $$) ] && echo same; kill $(jobs -p) $!; wait`;
  expect((await runScript(script)).stdout).toBe("same\n");
});

test("writers without a reader end with 141, killed ones with 128 + n; orphans go to process 1 and are reaped", async () => {
  const status = `echo ${"$"}{PIPESTATUS[0]}`;
  expect(await out(`yes | head -n 1; ${status}; seq 100000 | :; ${status}`)).toBe("y\n141\n141\n");
  expect(await out("for s in HUP TERM PIPE USR1 KILL; do sleep 9 & kill -$s $!; wait $!; printf '%s ' $?; done")).toBe(
    "129 143 141 138 137 ",
  );
  // A background command ignores INT and QUIT where there is no job control.
  expect(await out("(kill -INT $BASHPID); echo $?; sleep 0.05 & kill -INT $!; wait $!; echo $?")).toBe("130\n0\n");
  expect(await out(`( sleep 0.2 & echo $! > pid ); set -- $(cat /proc/$(cat pid)/stat); echo $4`)).toBe("1\n");
});

test("$! is the process of a redirected subshell, and a substitution knows its parent's jobs", async () => {
  const loop = `(while :; do echo x; sleep 0.01; done) > f & until [ -s f ]; do sleep 0.01; done`;
  expect(await out(`${loop}; kill $!; wait $!; echo $?; cp f g; sleep 0.05; cmp f g && echo same`)).toBe("143\nsame\n");
  expect(await out("sleep 9 & [ $(jobs -p) = $! ] && kill $(jobs -p); wait $!; echo $?; (jobs)")).toBe("143\n");
});

test("CHLD, WINCH, CONT and URG do nothing unless trapped", async () => {
  expect(await out("(for s in CHLD WINCH CONT URG; do kill -$s $BASHPID; done; echo alive)")).toBe("alive\n");
  expect(await out("trap 'echo winch' WINCH; trap 'echo cont' CONT; kill -WINCH $$; kill -CONT $$; :")).toBe(
    "winch\ncont\n",
  );
});

test("children that nobody waits for make room", async () => {
  const orphans = await out("for ((i = 0; i < 600; i++)); do (: &); done; echo $i");
  const substitutions = await out("while read x; do { read y; } < <(echo) & done < <(seq 600); wait; echo $x$y");
  expect(orphans + substitutions).toBe("600\n\n");
});

test("an expansion in a trace that has to wait is given up without harm", async () => {
  const { stdout } = await runScript("PS4='$(sleep 0.1)'; (set -x; :) 2> /dev/null; sleep 0.2; echo on");
  expect(stdout).toBe("on\n");
});
