// base64, base32 and basenc's common alphabets: bytes as text, in both directions, a chunk at a time.

import { binaryToBytes, bytesToBinary } from "../../stdio.ts";
import { EMPTY, joinBytes } from "../bytes.ts";
import { define, eachInput, Failure, type Invocation, UsageError } from "../define.ts";
import { quote, quotePlain } from "../quote.ts";

interface Coding {
  alphabet: string;
  /** Bytes that make a whole number of characters, and how many those are. */
  bytes: number;
  characters: number;
  pad: boolean;
  anyCase?: boolean;
}

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const BASE64: Coding = { alphabet: `${UPPER}${UPPER.toLowerCase()}0123456789+/`, bytes: 3, characters: 4, pad: true };
const BASE32: Coding = { alphabet: `${UPPER}234567`, bytes: 5, characters: 8, pad: true };
const CODINGS: Record<string, Coding> = {
  base64: BASE64,
  base64url: { ...BASE64, alphabet: BASE64.alphabet.replace("+/", "-_") },
  base32: BASE32,
  base32hex: { ...BASE32, alphabet: `0123456789${UPPER.slice(0, 22)}` },
  base16: { alphabet: "0123456789ABCDEF", bytes: 1, characters: 2, pad: false },
  base2msbf: { alphabet: "01", bytes: 1, characters: 8, pad: false },
};

const OPTIONS = `  -d, --decode          decode data
  -i, --ignore-garbage  when decoding, ignore non-alphabet characters
  -w, --wrap=COLS       wrap encoded lines after COLS characters (default 76). Use 0 to disable line wrapping`;

const tool = (name: string, title: string, coding: Coding) =>
  define(
    {
      name,
      usage: "[OPTION]... [FILE]",
      help: `${title} encode or decode FILE, or standard input, to standard output.\n\n${OPTIONS}`,
    },
    (invocation) => code(invocation, coding),
  );

export const base64 = tool("base64", "Base64", BASE64);
export const base32 = tool("base32", "Base32", BASE32);

export const basenc = define(
  {
    name: "basenc",
    usage: "[OPTION]... [FILE]",
    help: `Encode or decode FILE, or standard input, to standard output.

      --base64          same as 'base64' program
      --base64url       file- and url-safe base64
      --base32          same as 'base32' program
      --base32hex       extended hex alphabet base32
      --base16          hex encoding
      --base2msbf       bit string with most significant bit first
${OPTIONS}`,
  },
  (invocation) => {
    const kind = invocation.options.last(...Object.keys(CODINGS));
    if (!kind) throw new UsageError("missing encoding type");
    return code(invocation, CODINGS[kind]);
  },
);

async function code(invocation: Invocation, coding: Coding): Promise<void> {
  const { options, operands, stdout } = invocation;
  if (operands.length > 1) throw new UsageError(`extra operand ${quote(operands[1])}`);
  const wrap = options.value("w") ?? "76";
  if (!/^\d+$/.test(wrap)) throw new Failure(`invalid wrap size: ${quotePlain(wrap)}`);
  const columns = Number(wrap);
  await eachInput(invocation, operands, async (reader) => {
    if (options.has("d")) {
      const decoder = new Decoder(coding, options.has("i"));
      for (let chunk = await reader.read(); chunk; chunk = await reader.read()) {
        await stdout.write(decoder.push(bytesToBinary(chunk)));
        if (decoder.bad) throw new Failure("invalid input");
      }
      await stdout.write(decoder.end());
      if (decoder.bad) throw new Failure("invalid input");
      return;
    }
    let left: Uint8Array = EMPTY;
    let column = 0;
    const put = (bytes: Uint8Array) => {
      const text = coding === BASE64 ? btoa(bytesToBinary(bytes)) : encodeBits(bytes, coding);
      if (columns === 0) return stdout.write(text);
      let out = "";
      for (let at = 0; at < text.length; ) {
        const part = text.slice(at, at + columns - column);
        out += part;
        at += part.length;
        column += part.length;
        if (column === columns) {
          out += "\n";
          column = 0;
        }
      }
      return stdout.write(out);
    };
    for (let chunk = await reader.read(); chunk; chunk = await reader.read()) {
      const joined = left.length > 0 ? joinBytes(left, chunk) : chunk;
      const whole = joined.length - (joined.length % coding.bytes);
      await put(joined.subarray(0, whole));
      left = joined.slice(whole);
    }
    if (left.length > 0) await put(left);
    if (column > 0) await stdout.write("\n");
  });
}

function encodeBits(bytes: Uint8Array, { alphabet, bytes: group, characters, pad }: Coding): string {
  const width = Math.log2(alphabet.length);
  let out = "";
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    for (bits += 8; bits >= width; bits -= width) out += alphabet[(buffer >> (bits - width)) & (alphabet.length - 1)];
    buffer &= (1 << bits) - 1;
  }
  if (bits > 0) out += alphabet[(buffer << (width - bits)) & (alphabet.length - 1)];
  return pad && bytes.length % group !== 0 ? out.padEnd(Math.ceil(out.length / characters) * characters, "=") : out;
}

/** Takes text by pieces, gives the bytes of whole groups. After `bad` nothing more comes. */
class Decoder {
  bad = false;
  #coding: Coding;
  #lenient: boolean;
  #left = "";
  #garbage: RegExp;

  constructor(coding: Coding, lenient: boolean) {
    this.#coding = coding;
    this.#lenient = lenient;
    const inner = `${coding.alphabet}${coding.pad ? "=" : ""}`.replace(/[-\]\\^]/g, "\\$&");
    this.#garbage = new RegExp(`[^${inner}]`, "g");
  }

  push(text: string): Uint8Array {
    const clean = this.#left + (this.#lenient ? text.replace(this.#garbage, "") : text.replaceAll("\n", ""));
    const whole = clean.length - (clean.length % this.#coding.characters);
    this.#left = clean.slice(whole);
    return this.#decode(clean.slice(0, whole));
  }

  end(): Uint8Array {
    if (this.#left === "" || this.bad) return EMPTY;
    const rest = this.#decode(this.#left);
    this.bad = true;
    return rest;
  }

  #decode(text: string): Uint8Array {
    const { alphabet, characters } = this.#coding;
    if (alphabet === BASE64.alphabet && text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text))
      return binaryToBytes(atob(text));
    const width = Math.log2(alphabet.length);
    const out: number[] = [];
    for (let at = 0; at < text.length; at += characters) {
      const group = text.slice(at, at + characters);
      const data = group.replace(/=+$/, "");
      let buffer = 0;
      let bits = 0;
      for (const character of data) {
        const value = alphabet.indexOf(character);
        if (value < 0) {
          this.bad = true;
          break;
        }
        buffer = (buffer << width) | value;
        bits += width;
        if (bits >= 8) {
          out.push((buffer >> (bits - 8)) & 255);
          bits -= 8;
        }
        buffer &= (1 << bits) - 1;
      }
      if (bits >= width || this.bad || (width === 5 && group.length < characters)) {
        this.bad = true;
        // base64 gives the bytes before the fault, base32 whole groups only.
        if (width === 5) out.length -= out.length % 5;
        break;
      }
    }
    return Uint8Array.from(out);
  }
}
