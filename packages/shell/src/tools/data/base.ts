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
  /** The least bit of a byte comes first. */
  reversed?: boolean;
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
  base2lsbf: { alphabet: "01", bytes: 1, characters: 8, pad: false, reversed: true },
  base2msbf: { alphabet: "01", bytes: 1, characters: 8, pad: false },
};

/** Groups of four bytes as five digits of base 85: no bits to share out, so it has code of its own. */
const Z85: Coding = {
  alphabet: `0123456789${UPPER.toLowerCase()}${UPPER}.-:+=^!/*?&<>()[]{}@%$#`,
  bytes: 4,
  characters: 5,
  pad: false,
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
      --base2lsbf       bit string with least significant bit first
      --base2msbf       bit string with most significant bit first
      --z85             ascii85-like encoding (ZeroMQ spec:32/Z85)
${OPTIONS}`,
  },
  (invocation) => {
    const kind = invocation.options.last(...Object.keys(CODINGS), "z85");
    if (kind === "z85") return code(invocation, Z85);
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
    if (left.length > 0 && coding === Z85) throw new Failure("invalid input (length must be multiple of 4 characters)");
    if (left.length > 0) await put(left);
    if (column > 0) await stdout.write("\n");
  });
}

/** Bytes with their bits the other way round. */
function mirrored(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => {
    let out = 0;
    for (let bit = 0; bit < 8; bit++) out |= ((byte >> bit) & 1) << (7 - bit);
    return out;
  });
}

function encode85(bytes: Uint8Array): string {
  let out = "";
  for (let at = 0; at < bytes.length; at += 4) {
    let value = ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
    let group = "";
    for (let i = 0; i < 5; i++) {
      group = Z85.alphabet[value % 85] + group;
      value = Math.floor(value / 85);
    }
    out += group;
  }
  return out;
}

function encodeBits(given: Uint8Array, coding: Coding): string {
  if (coding === Z85) return encode85(given);
  const { alphabet, bytes: group, characters, pad, reversed } = coding;
  const bytes = reversed ? mirrored(given) : given;
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
    const { alphabet, characters, reversed } = this.#coding;
    if (this.#coding === Z85) return this.#decode85(text);
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
    return reversed ? mirrored(Uint8Array.from(out)) : Uint8Array.from(out);
  }

  #decode85(text: string): Uint8Array {
    const out = new DataView(new ArrayBuffer(Math.floor(text.length / 5) * 4));
    for (let at = 0; at < text.length; at += 5) {
      const digits = [...text.slice(at, at + 5)].map((character) => Z85.alphabet.indexOf(character));
      const value = digits.reduce((sum, digit) => sum * 85 + digit, 0);
      if (digits.length < 5 || digits.includes(-1) || value >= 2 ** 32) {
        this.bad = true;
        return new Uint8Array(out.buffer, 0, (at / 5) * 4);
      }
      out.setUint32((at / 5) * 4, value);
    }
    return new Uint8Array(out.buffer);
  }
}
