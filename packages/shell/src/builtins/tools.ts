// Builtins that are programs too, for `env printf …`, `xargs echo`, /usr/bin/test: the same text, written through a tool's streams.

import { decode } from "@vibengine/system";
import type { Tool, ToolContext } from "../tool.ts";
import { formatLocalTime } from "../tools/zone.ts";
import { echoText } from "./echo-text.ts";
import { formatNumber } from "./float.ts";
import { formatPrintf } from "./printf.ts";
import { evaluateTest } from "./test.ts";

async function complain(context: ToolContext, message: string): Promise<void> {
  await context.stderr.write(`${context.argv[0]}: ${message}\n`);
}

async function test(context: ToolContext): Promise<number> {
  const { status, error } = evaluateTest({ sys: context.sys }, context.argv);
  if (error !== null) await context.stderr.write(`${error}\n`);
  return status;
}

export const builtinTools: Record<string, Tool> = {
  async echo(context) {
    await context.stdout.write(echoText(context.argv));
    return 0;
  },

  async printf(context) {
    const words = context.argv.slice(context.argv[1] === "--" ? 2 : 1);
    if (words.length === 0) {
      await complain(context, "missing operand\nTry 'printf --help' for more information.");
      return 1;
    }
    const { text, status, errors } = formatPrintf(words[0], words.slice(1), {
      late: { formatNumber, formatLocalTime },
      timeZone: context.env.get("TZ"),
      isTool: true,
    })!;
    await context.stdout.write(text);
    for (const error of errors) await complain(context, error);
    return status;
  },

  test,
  "[": test,

  async true() {
    return 0;
  },

  async false() {
    return 1;
  },

  async pwd(context) {
    const actual = decode(context.sys.getcwd());
    const logical =
      context.argv[1] === "-L" || context.argv[1] === "--logical" ? (context.env.get("PWD") ?? actual) : actual;
    await context.stdout.write(`${logical}\n`);
    return 0;
  },
};
