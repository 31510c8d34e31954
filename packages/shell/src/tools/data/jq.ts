// jq: a program run over its inputs, and its output.

import { defineRaw, type Invocation, printHelp, printVersion } from "../define.ts";
import { Evaluator } from "./jq-eval.ts";
import { Source } from "./jq-inputs.ts";
import { SyntaxFault } from "./jq-lexer.ts";
import { DESCRIPTION, parseCommandLine, type Settings } from "./jq-options.ts";
import { parseProgram } from "./jq-parse.ts";
import { Halt, type Scope } from "./jq-scope.ts";
import type { Node } from "./jq-tree.ts";
import { JqError, type JsonObject, type Style, toJson, type Value } from "./jq-value.ts";

export const jq = defineRaw(DESCRIPTION, async (invocation) => {
  const settings = await parseCommandLine(invocation);
  if (settings.flags.has("help")) return printHelp(invocation, DESCRIPTION);
  if (settings.flags.has("version")) return printVersion(invocation);
  if (settings.program === null) {
    void invocation.stderr.write(
      `Usage:\tjq ${DESCRIPTION.usage.split("\n")[0]}\nTry 'jq --help' for more information.\n`,
    );
    return 2;
  }
  let program: Node;
  try {
    program = parseProgram(settings.program);
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    void invocation.stderr.write(
      `jq: error: ${error.message} at <top-level>, line 1:\n${settings.program}\njq: 1 compile error\n`,
    );
    return 3;
  }
  return execute(invocation, settings, program);
});

async function execute(invocation: Invocation, settings: Settings, program: Node): Promise<number> {
  const { stdout, stderr, env } = invocation;
  const { flags } = settings;
  const source = new Source(invocation, settings);
  const world = {
    env: new Map([...env]) as JsonObject,
    named: settings.named,
    positional: settings.positional,
    inputs: source.take(),
    message: (text: string) => void stderr.write(text),
    inputName: null as Value,
    line: () => source.line,
  };
  let scope: Scope | null = null;
  for (const [name, value] of settings.named) scope = { parent: scope, name: `$${name}`, value };
  scope = {
    parent: scope,
    name: "$ARGS",
    value: new Map<string, Value>([
      ["positional", settings.positional],
      ["named", settings.named],
    ]),
  };
  const style: Style = {
    indent: flags.has("compact-output") ? "" : settings.indent < 0 ? "\t" : " ".repeat(settings.indent),
    sort: flags.has("sort-keys"),
    ascii: flags.has("ascii-output"),
    color: flags.has("color-output") && !flags.has("monochrome-output"),
  };
  const raw = flags.has("raw-output") || flags.has("join-output") || flags.has("raw-output0");
  const end = flags.has("raw-output0") ? "\0" : flags.has("join-output") ? "" : "\n";
  const evaluator = new Evaluator(world);
  let status = 0;
  let last: Value | undefined;
  let paused = performance.now();
  const useInput = mentions(program, ["input", "inputs"]);
  // `input` can't wait in the middle of an evaluation: whoever asks for it has all of the input read first.
  if (useInput) await source.fill(Number.POSITIVE_INFINITY);
  for (let first = true; ; first = false) {
    let input: Value = null;
    if (flags.has("null-input")) {
      if (!first) break;
    } else {
      if (!useInput) await source.fill(1);
      let next: IteratorResult<Value, void>;
      try {
        next = world.inputs.next();
      } catch (error) {
        if (!(error instanceof JqError)) throw error;
        void stderr.write(`jq: parse error: ${error.message}\n`);
        status = 2;
        break;
      }
      if (next.done) break;
      input = next.value;
    }
    world.inputName = source.current;
    try {
      for (const value of evaluator.results(program, scope, input)) {
        last = value;
        const text =
          raw && typeof value === "string"
            ? style.ascii
              ? toJson(value, style).slice(1, -1)
              : value
            : toJson(value, style);
        const pending = stdout.write(`${flags.has("seq") ? "\x1e" : ""}${text}${end}`);
        if (pending) await pending;
        if (flags.has("unbuffered")) await stdout.flush();
        if (performance.now() - paused > 10) {
          await invocation.yield();
          paused = performance.now();
        }
      }
    } catch (error) {
      if (error instanceof Halt) {
        if (error.value !== undefined) {
          await stdout.flush();
          await stderr.write(typeof error.value === "string" ? error.value : `${toJson(error.value)}\n`);
        }
        return error.status;
      }
      if (error instanceof RangeError) {
        void stderr.write("jq: error: stack overflow\n");
        return 5;
      }
      if (!(error instanceof JqError)) {
        if (error instanceof Error && error.message === "break") {
          void stderr.write("jq: error (at <unknown>): break\n");
          status = 5;
          continue;
        }
        throw error;
      }
      await stdout.flush();
      status = 5;
      void stderr.write(errorText(error.value, source));
      if (/^\S+\/\d+ is not defined$/.test(error.message) || /^\$\w+ is not defined$/.test(error.message)) {
        void stderr.write(`jq: 1 compile error\n`);
        return 3;
      }
    }
  }
  source.close();
  if (invocation.status !== 0) return invocation.status;
  if (status !== 0) return status;
  if (flags.has("exit-status")) return last === undefined ? 4 : last === null || last === false ? 1 : 0;
  return 0;
}

function errorText(value: Value, source: Source): string {
  const where = `(at ${source.line === 0 ? "<unknown>" : `${source.name}:${source.line}`})`;
  if (typeof value === "string") return `jq: error ${where}: ${value}\n`;
  return `jq: error ${where} (not a string): ${toJson(value)}\n`;
}

function mentions(node: unknown, names: string[]): boolean {
  if (Array.isArray(node)) return node.some((one) => mentions(one, names));
  if (typeof node !== "object" || node === null) return false;
  const { kind, name } = node as { kind?: string; name?: string };
  if (kind === "call" && names.includes(name!)) return true;
  return Object.values(node).some((one) => mentions(one, names));
}
