// Text <-> bytes without loss: UTF-8, where a byte that is not part of valid UTF-8 becomes the lone surrogate U+DC80..U+DCFF
// (0xDC00 + byte) and comes back as that byte. So names, arguments and variables stay exact while characters stay characters.
// Accepts views on shared memory, which TextDecoder and TextEncoder reject.

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();
const LONE_SURROGATE = /[\ud800-\udfff]/u; // "u": the halves of a pair are no lone ones

/** The text of `bytes`; see above for bytes that are not UTF-8. */
export function decode(bytes: Uint8Array): string {
  if (bytes.length <= 32) {
    const short = decodeAscii(bytes);
    if (short !== null) return short;
  }
  const own = bytes.buffer instanceof ArrayBuffer ? bytes : bytes.slice();
  try {
    return strict.decode(own);
  } catch {
    return decodeEscaping(own);
  }
}

/** The bytes of `text`. A lone surrogate outside U+DC80..U+DCFF becomes U+FFFD, as in every UTF-8 encoder. */
export function encode(text: string): Uint8Array<ArrayBuffer> {
  if (!LONE_SURROGATE.test(text)) return encoder.encode(text) as Uint8Array<ArrayBuffer>;
  const out: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (code >= 0xdc80 && code <= 0xdcff) out.push(code & 0xff);
    else for (const byte of encoder.encode(character)) out.push(byte);
  }
  return Uint8Array.from(out);
}

/** True when `bytes` are valid UTF-8. */
export function isUtf8(bytes: Uint8Array): boolean {
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length === 0) return false;
    at += length;
  }
  return true;
}

function decodeAscii(bytes: Uint8Array): string | null {
  let text = "";
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] >= 0x80) return null;
    text += String.fromCharCode(bytes[i]);
  }
  return text;
}

function decodeEscaping(bytes: Uint8Array): string {
  let text = "";
  let valid = 0;
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    if (at > valid) text += strict.decode(bytes.subarray(valid, at));
    text += String.fromCharCode(0xdc00 + bytes[at]);
    valid = ++at;
  }
  return at > valid ? text + strict.decode(bytes.subarray(valid, at)) : text;
}

/** Length of the valid UTF-8 sequence at `at`, 0 if there is none (overlong forms and surrogates are not valid). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + length > bytes.length) return 0;
  for (let i = 1; i < length; i++) if ((bytes[at + i] & 0xc0) !== 0x80) return 0;
  const second = bytes[at + 1];
  if (first === 0xe0 && second < 0xa0) return 0;
  if (first === 0xed && second > 0x9f) return 0;
  if (first === 0xf0 && second < 0x90) return 0;
  if (first === 0xf4 && second > 0x8f) return 0;
  return length;
}
