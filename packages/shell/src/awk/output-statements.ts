// print and printf, as instructions.

import { sprintf } from "./format.ts";
import type { Expression, Statement } from "./tree.ts";
import { AwkError, numberToText } from "./values.ts";
import { Waiting } from "./waiting.ts";

export abstract class OutputStatements extends Waiting {
  protected print(node: Statement & { kind: "print" }): void {
    const machine = this.machine;
    const { record } = machine;
    const parts = [...node.args, ...(node.target ? [node.target] : [])];
    // All parts at once, so that one that waits sees the ones before it kept.
    const prepared = this.prepare({ kind: "grouping", list: parts }) as Expression & { kind: "grouping" };
    const args = prepared.list.slice(0, node.args.length);
    const target = node.target ? this.make.text(prepared.list[node.args.length]) : null;
    let line: () => string;
    if (node.format) {
      if (args.length === 0) throw new AwkError("printf: no arguments");
      const format = this.make.text(args[0]);
      const values = args.slice(1).map((arg) => this.make.value(arg));
      line = () => {
        const text = format();
        return sprintf(
          text,
          values.map((value) => value()),
          machine.convfmt,
        );
      };
    } else if (args.length === 0) line = () => record.text + machine.ors;
    else {
      const texts = args.map((arg) => this.#printed(arg));
      if (texts.length === 1) {
        const [only] = texts;
        line = () => only() + machine.ors;
      } else {
        line = () => {
          let text = texts[0]();
          for (let i = 1; i < texts.length; i++) text += machine.ofs + texts[i]();
          return text + machine.ors;
        };
      }
    }
    const { to } = node;
    if (!to || !target) {
      this.emit((next) => {
        const waiting = machine.print(line());
        return waiting ? this.wait(waiting.then(() => next)) : next;
      });
      return;
    }
    this.emit((next) => {
      const text = line();
      const name = target();
      const opened = machine.streams.opened(name)?.writer;
      if (opened) {
        const waiting = opened.writeBinary(text);
        return waiting ? this.wait(waiting.then(() => next)) : next;
      }
      const write = async () => {
        const writer = await machine.streams.output(to, name);
        if (writer) await writer.writeBinary(text);
        else await machine.print(text);
        return next;
      };
      return this.wait(write());
    });
  }

  /** As print shows a value: numbers by OFMT. */
  #printed(node: Expression): () => string {
    const machine = this.machine;
    if (node.kind === "field" || node.kind === "string" || node.kind === "concat") return this.make.text(node);
    const value = this.make.value(node);
    return () => {
      const found = value();
      return typeof found === "number" ? numberToText(found, machine.ofmt) : machine.text(found);
    };
  }
}
