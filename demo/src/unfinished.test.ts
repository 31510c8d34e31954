import { expect, test } from "vitest";
import { isUnfinished } from "./unfinished.ts";

const FINISHED = [
  "",
  "ls -l | wc -l",
  'echo \'a b\' "c $(echo "d") e" `pwd`',
  "for i in 1 2 3; do echo $i; done",
  "if true; then echo yes; else echo no; fi",
  "while false; do :; done; echo after",
  "case x in a) echo a;; *) echo other;; esac",
  "f() { echo hi; }; f",
  "( cd /tmp; ls ) > out",
  "cat <<E\nbody ' not a quote\nE",
  "cat <<-'E' | tr a b\n\tbody\n\tE\necho after",
  "cat <<< word",
  "echo done if for { case",
  "echo $" + "{x:-'} $((1 + (2 * 3)))",
  "echo a#b # a comment with ' and (",
  "sleep 1 &",
  "echo a \\\n  b",
  "echo \\'",
  "cmd 2>&1 &",
  "x=$(for i in 1; do echo $i; done)",
  // Errors, for the shell to report.
  "fi",
  "echo )",
];

const UNFINISHED = [
  "echo 'a",
  'echo "a $(date)',
  "echo `pwd",
  "ls |",
  "true &&\n",
  "false || ",
  "echo a \\",
  "for i in 1 2 3; do",
  "for i in 1 2 3",
  "if true; then\n  echo yes",
  "while true; do if x; then y; fi",
  "case x in\n a) echo a;;",
  "f() {",
  "( cd /tmp",
  "echo $(date",
  "echo $" + "{x",
  "cat <<E",
  "cat <<E\nbody",
  "cat > f <<'E' && ls\nbody\n",
  "! { echo a",
];

test.each(FINISHED)("finished: %j", (script) => expect(isUnfinished(script)).toBe(false));
test.each(UNFINISHED)("goes on: %j", (script) => expect(isUnfinished(script)).toBe(true));
