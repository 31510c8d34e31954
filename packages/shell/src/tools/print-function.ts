// Functions as `declare -f`, `type` and `set` print them: the script's words as they were written, laid out in bash's way.

import type { ArithmeticPart, Command, FunctionDefinition, List, Redirection, Simple, Test, Word } from "../ast.ts";
import type { Shell } from "../execute/shell.ts";

interface Printer {
  /** Here-documents whose bodies follow the line that is being written. */
  pending: Redirection[];
  /** Some were written in the command at hand: no semicolon ends it. */
  wrote: boolean;
}

const STEP = "    ";

export function functionText(shell: Shell, name: string): string {
  return printFunction(shell.functions.get(name)!);
}

export function printFunction(definition: FunctionDefinition): string {
  return definitionText(definition, { pending: [], wrote: false }, "", "");
}

function definitionText({ name, body }: FunctionDefinition, printer: Printer, indent: string, head: string): string {
  const redirected = body.kind === "redirected" ? body : null;
  const inner = redirected ? redirected.body : body;
  const list: List =
    inner.kind === "group" ? inner.body : { kind: "list", items: [{ command: inner, background: false, text: "" }] };
  const text = `${head}${name} () \n${indent}{ \n${lines(list, printer, indent + STEP, false)}${indent}}`;
  return redirected ? `${text}${redirections(redirected.redirections, printer)}` : text;
}

/** Commands, a line each. `closed`: the last ends in a semicolon too. */
function lines(list: List, printer: Printer, indent: string, closed: boolean): string {
  let text = "";
  let joined = false;
  list.items.forEach(({ command, background }, i) => {
    printer.wrote = false;
    text += (joined ? " " : indent) + commandText(command, printer, indent);
    const last = i === list.items.length - 1;
    const documented = printer.pending.length > 0;
    if (background) text += " &";
    else if ((!last || closed) && !documented && !printer.wrote) text += ";";
    text += documents(printer);
    // What follows a command in the background stays on its line.
    joined = background && !last && !documented;
    if (!joined) text += documented ? "\n\n" : "\n";
  });
  return text;
}

function documents(printer: Printer): string {
  const { pending } = printer;
  printer.pending = [];
  if (pending.length > 0) printer.wrote = true;
  return pending.map(({ document }) => `\n${document!.body}${document!.delimiter}`).join("");
}

/** A list within a line: a condition, a subshell. */
function inline(list: List, printer: Printer, indent: string): string {
  return list.items
    .map(({ command, background }, i) => {
      const text = commandText(command, printer, indent);
      return i === list.items.length - 1
        ? text + (background ? " &" : "")
        : `${text}${background ? " & " : `;\n${indent}`}`;
    })
    .join("");
}

function commandText(node: Command, printer: Printer, indent: string): string {
  const deeper = indent + STEP;
  const body = (list: List) => lines(list, printer, deeper, true);
  switch (node.kind) {
    case "simple":
      return simpleText(node, printer);
    case "andor": {
      let text = commandText(node.first, printer, indent);
      for (const { operator, command } of node.rest) text += ` ${operator} ${commandText(command, printer, indent)}`;
      return text;
    }
    case "pipeline": {
      const timed = node.timed === "" ? "" : node.timed === "time" ? "time " : "time -p ";
      let joined = "";
      node.commands.forEach((command, i) => {
        if (i > 0) {
          joined += node.joinStderr[i - 1] ? " 2>&1 |" : " |";
          joined += printer.pending.length > 0 ? `${documents(printer)}\n  ` : " ";
        }
        joined += commandText(command, printer, indent);
      });
      return `${timed}${node.negated ? "! " : ""}${joined}`;
    }
    case "list":
      return inline(node, printer, indent);
    case "group":
      return `{ \n${lines(node.body, printer, deeper, false)}${indent}}`;
    case "subshell":
      return `( ${inline(node.body, printer, indent)} )`;
    case "if": {
      let text = "";
      let closing = "";
      let level = indent;
      node.clauses.forEach(({ condition, body: then }, i) => {
        if (i > 0) {
          // `elif` is an `if` in the branch before it.
          text += `${level}else\n`;
          closing = `${level}fi${i > 1 ? ";" : ""}\n${closing}`;
          level += STEP;
          text += level;
        }
        text += `if ${inline(condition, printer, level)}; then\n${lines(then, printer, level + STEP, true)}`;
      });
      if (node.otherwise) text += `${level}else\n${lines(node.otherwise, printer, level + STEP, true)}`;
      return `${text}${level}fi${closing === "" ? "" : `;\n${closing.trimEnd()}`}`;
    }
    case "while":
      return `${node.until ? "until" : "while"} ${inline(node.condition, printer, indent)}; do\n${body(node.body)}${indent}done`;
    case "for":
    case "select": {
      const words = node.words === null ? '"$@"' : node.words.map(wordText).join(" ");
      return `${node.kind} ${node.name} in ${words};\n${indent}do\n${body(node.body)}${indent}done`;
    }
    case "forarithmetic": {
      const sections = [node.init, node.test, node.step].map((part) =>
        part === null ? "1" : arithmeticText(part).trimStart(),
      );
      return `for ((${sections.join("; ")}))\n${indent}do\n${body(node.body)}${indent}done`;
    }
    case "case": {
      let text = `case ${wordText(node.word)} in \n`;
      for (const clause of node.clauses) {
        const patterns = clause.patterns.map(wordText).join(" | ");
        text += `${deeper}${patterns})\n${lines(clause.body, printer, deeper + STEP, false) || "\n"}${deeper}${clause.end}\n`;
      }
      return `${text}${indent}esac`;
    }
    case "conditional":
      return `[[ ${testText(node.expression)} ]]`;
    case "arithmeticcommand":
      return `((${arithmeticText(node.expression)}))`;
    case "coprocess":
      return `coproc ${node.name} ${commandText(node.body, printer, indent)}`;
    case "redirected":
      return commandText(node.body, printer, indent) + redirections(node.redirections, printer);
    case "function":
      return definitionText(node, printer, indent, "function ");
  }
}

function simpleText(node: Simple, printer: Printer): string {
  const words = [...node.assignments.map((each) => each.source), ...node.words.map(wordText)];
  return `${words.join(" ")}${redirections(node.redirections, printer)}`.trimStart();
}

function wordText(word: Word): string {
  return word.assignment ? word.assignment.source : (word.source ?? word.literal ?? "");
}

function arithmeticText(part: ArithmeticPart): string {
  return part.text;
}

function redirections(list: Redirection[], printer: Printer): string {
  return list
    .map((each) => {
      const { operator, fdName, document } = each;
      const usual = operator.startsWith("<") ? 0 : 1;
      let fd = fdName !== null ? `{${fdName}}` : each.fd === usual ? "" : String(each.fd);
      if (document) {
        printer.pending.push(each);
        return ` ${fd}${operator}${document.quoted ? `'${document.delimiter}'` : document.delimiter}`;
      }
      const joins = operator === ">&" || operator === "<&";
      const target = wordText(each.target);
      if (joins && fd === "" && /^[\d-]/.test(target)) fd = String(usual);
      return ` ${fd}${operator}${joins ? "" : " "}${target}`;
    })
    .join("");
}

function testText(test: Test): string {
  return test.grouped ? `( ${bareTest(test)} )` : bareTest(test);
}

function bareTest(test: Test): string {
  switch (test.kind) {
    case "not":
      return `! ${testText(test.operand)}`;
    case "and":
    case "or":
      return `${testText(test.left)} ${test.kind === "and" ? "&&" : "||"} ${testText(test.right)}`;
    case "unary":
      return `${test.operator} ${wordText(test.word)}`;
    case "binary":
      return `${wordText(test.left)} ${test.operator} ${wordText(test.right)}`;
  }
}
