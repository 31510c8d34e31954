// cut: selected bytes or fields of each line. Works on blocks of whole lines, writing into one output array.

import { encode } from "@vibengine/system";
import { bytesToBinary } from "../stdio.ts";
import { define, eachInput, UsageError } from "./define.ts";
import { quotePlain } from "./quote.ts";

export const cut = define(
  {
    name: "cut",
    usage: "OPTION... [FILE]...",
    help: `Print selected parts of lines from each FILE to standard output.
With no FILE, or when FILE is -, read standard input.

  -b, --bytes=LIST              select only these bytes
  -c, --characters=LIST         select only these characters (here: bytes)
  -d, --delimiter=DELIM         use DELIM instead of TAB for field delimiter
  -f, --fields=LIST             select only these fields; lines without delimiter are printed whole, unless -s
  -n                            (ignored)
      --complement              complement the set of selected bytes or fields
  -s, --only-delimited          do not print lines not containing delimiters
      --output-delimiter=TEXT   use TEXT as the output delimiter; the default is the input delimiter
  -z, --zero-terminated         line delimiter is NUL, not newline

LIST is one range, or several separated by commas: N, N-, N-M or -M, counted from 1.`,
  },
  async (invocation) => {
    const { options, operands, stdout } = invocation;
    const lists = options.list.filter((option) => "bcf".includes(option.key));
    if (lists.length === 0) throw new UsageError("you must specify a list of bytes, characters, or fields");
    if (lists.length > 1) throw new UsageError("only one list may be specified");
    const fields = lists[0].key === "f";
    const given = options.value("d");
    if (!fields && given !== undefined) {
      throw new UsageError("an input delimiter may be specified only when operating on fields");
    }
    if (!fields && options.has("s")) {
      throw new UsageError("suppressing non-delimited lines makes sense\n\tonly when operating on fields");
    }
    const delimiterBytes = given === undefined ? encode("\t") : given === "" ? new Uint8Array(1) : encode(given);
    if (delimiterBytes.length > 1) throw new UsageError("the delimiter must be a single character");
    const output = options.value("output-delimiter");
    const plan: Plan = {
      selected: new Selection(lists[0].value!, fields, options.has("complement")),
      delimiter: delimiterBytes[0],
      output: output !== undefined ? encode(output) : fields ? delimiterBytes : new Uint8Array(0),
      onlyDelimited: options.has("s"),
      end: options.has("z") ? 0 : 10,
    };
    await eachInput(invocation, operands, async (reader) => {
      if (fields && plan.delimiter === plan.end) {
        // Lines are the fields of one record then.
        const all = await reader.readAll();
        const text = bytesToBinary(all).replace(/\n$/, "");
        const { has, rest } = plan.selected;
        const lines = text.split("\n").filter((_, i) => (i + 1 < has.length ? has[i + 1] === 1 : rest));
        await stdout.writeBinary(`${lines.join(bytesToBinary(plan.output))}\n`);
        return;
      }
      let out = new Uint8Array(0);
      for (let block = await reader.lines(plan.end); block; block = await reader.lines(plan.end)) {
        const room = (block.length + 1) * Math.max(1, plan.output.length + (fields ? 0 : 1));
        if (out.length < room) out = new Uint8Array(room);
        const used = fields ? cutFields(block, out, plan) : cutBytes(block, out, plan);
        await stdout.write(out.subarray(0, used));
      }
    });
  },
);

interface Plan {
  selected: Selection;
  delimiter: number;
  output: Uint8Array;
  onlyDelimited: boolean;
  end: number;
}

/** Which positions, counted from 1, are wanted. */
class Selection {
  /** has[n] for n up to its length; `rest` for all above. starts[n]: a range begins at n (--output-delimiter with -b). */
  has: Uint8Array;
  starts: Uint8Array;
  rest: boolean;

  constructor(text: string, fields: boolean, complement: boolean) {
    const numbered = fields ? "fields" : "byte/character positions";
    const ranges = text.split(/[, \t]/).map((part) => {
      const match = /^(\d*)(-?)(\d*)$/.exec(part);
      if (!match) {
        const bad = /[^\d-].*/.exec(part)?.[0] ?? part;
        if (/^\d*-\d*-/.test(part))
          throw new UsageError(fields ? "invalid field range" : "invalid byte or character range");
        throw new UsageError(`invalid ${fields ? "field value" : "byte/character position"} ${quotePlain(bad)}`);
      }
      const [, from, dash, to] = match;
      if (from === "" && to === "" && dash) throw new UsageError("invalid range with no endpoint: -");
      if (from === "" && dash === "") throw new UsageError(`${numbered} are numbered from 1`);
      if (Number(from || 1) === 0) throw new UsageError(`${numbered} are numbered from 1`);
      const first = Number(from || 1);
      const last = dash === "" ? first : to === "" ? Number.POSITIVE_INFINITY : Number(to);
      if (last < first) throw new UsageError("invalid decreasing range");
      return [first, last];
    });
    const ends = ranges.flatMap(([first, last]) => (last === Number.POSITIVE_INFINITY ? [first] : [first, last]));
    const most = Math.max(...ends) + 1;
    this.has = new Uint8Array(most + 1);
    this.starts = new Uint8Array(most + 1);
    this.rest = false;
    for (const [first, last] of ranges) {
      this.has.fill(1, first, Math.min(last, most) + 1);
      if (last === Number.POSITIVE_INFINITY) this.rest = true;
    }
    if (complement) {
      for (let i = 1; i <= most; i++) this.has[i] ^= 1;
      this.rest = !this.rest;
    }
    // Overlapping ranges merge; adjacent ones stay apart.
    const firsts = complement ? [] : ranges.map(([first]) => first);
    for (let i = 1; i <= most; i++) {
      const covered = ranges.some(([first, last]) => first < i && last >= i);
      this.starts[i] = this.has[i] && (!this.has[i - 1] || (firsts.includes(i) && !covered)) ? 1 : 0;
    }
  }
}

function cutBytes(block: Uint8Array, out: Uint8Array, plan: Plan): number {
  const { selected, output, end } = plan;
  const { has, starts, rest } = selected;
  const known = has.length;
  let used = 0;
  let at = 0;
  while (at < block.length) {
    let stop = block.indexOf(end, at);
    if (stop < 0) stop = block.length;
    const begin = used;
    for (let i = at, n = 1; i < stop; i++, n++) {
      if (n < known ? has[n] === 1 : rest) {
        if (output.length > 0 && n < known && starts[n] === 1 && used > begin) {
          out.set(output, used);
          used += output.length;
        }
        out[used++] = block[i];
      }
    }
    out[used++] = end;
    at = stop + 1;
  }
  return used;
}

function cutFields(block: Uint8Array, out: Uint8Array, plan: Plan): number {
  const { selected, delimiter, output, onlyDelimited, end } = plan;
  const { has, rest } = selected;
  const known = has.length;
  const single = output.length === 1 ? output[0] : -1;
  let used = 0;
  let at = 0;
  const length = block.length;
  while (at < length) {
    const lineStart = at;
    const begin = used;
    let field = 1;
    let printed = false;
    let wanted = known > 1 ? has[1] === 1 : rest;
    let byte = end;
    for (; at < length; at++) {
      byte = block[at];
      if (byte === end) break;
      if (byte === delimiter) {
        if (wanted) printed = true;
        field++;
        wanted = field < known ? has[field] === 1 : rest;
        if (wanted && printed) {
          if (single >= 0) out[used++] = single;
          else {
            out.set(output, used);
            used += output.length;
          }
        }
      } else if (wanted) out[used++] = byte;
    }
    if (field === 1) {
      used = begin;
      if (!onlyDelimited) {
        out.set(block.subarray(lineStart, at), used);
        used += at - lineStart;
        out[used++] = end;
      }
    } else out[used++] = end;
    at++;
  }
  return used;
}
