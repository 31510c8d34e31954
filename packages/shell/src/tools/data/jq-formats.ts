// jq's @formats. Pure.

import { binaryToBytes, bytesToBinary } from "../../stdio.ts";
import { described, JqError, toJson, typeOf, type Value } from "./jq-value.ts";

const text = (value: Value): string => (typeof value === "string" ? value : toJson(value));
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function formatValue(name: string, value: Value): string {
  switch (name) {
    case "@text":
      return text(value);
    case "@json":
      return toJson(value);
    case "@html":
      return text(value).replace(
        /[<>&'"]/g,
        (character) => ({ "<": "&lt;", ">": "&gt;", "&": "&amp;", "'": "&#39;", '"': "&quot;" })[character]!,
      );
    case "@uri":
      return encodeURIComponent(text(value)).replace(
        /[!'()*]/g,
        (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
      );
    case "@urid": {
      const bytes = binaryToBytes(
        bytesToBinary(encoder.encode(text(value))).replace(/%([0-9a-fA-F]{2})/g, (_, digits) =>
          String.fromCharCode(Number.parseInt(digits, 16)),
        ),
      );
      return decoder.decode(bytes);
    }
    case "@csv":
      return row(value, "csv", ",", (one) => `"${one.replaceAll('"', '""')}"`);
    case "@tsv":
      return row(value, "tsv", "\t", (one) =>
        one.replace(
          /[\\\t\n\r]/g,
          (character) => ({ "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" })[character]!,
        ),
      );
    case "@sh":
      return (Array.isArray(value) ? value : [value])
        .map((one) => {
          if (Array.isArray(one) || one instanceof Map)
            throw new JqError(`${described(one)} can not be escaped for shell`);
          return typeof one === "string" ? `'${one.replaceAll("'", "'\\''")}'` : toJson(one);
        })
        .join(" ");
    case "@base64":
      return btoa(bytesToBinary(encoder.encode(text(value))));
    case "@base64d": {
      const given = text(value);
      const clean = given.replace(/[^A-Za-z0-9+/]/g, "");
      if ((clean.length % 4 === 1 && clean.length < 2) || (clean === "" && given !== "" && !/^=*$/.test(given)))
        throw new JqError(`${described(given)} is not valid base64 data`);
      return decoder.decode(binaryToBytes(atob(clean.slice(0, clean.length % 4 === 1 ? -1 : undefined))));
    }
    case "@base32":
      return base32(encoder.encode(text(value)));
    case "@base32d":
      return decoder.decode(fromBase32(text(value)));
  }
  throw new JqError(`${name.slice(1)} is not a valid format`);
}

function row(value: Value, kind: string, separator: string, escape: (one: string) => string): string {
  if (!Array.isArray(value)) throw new JqError(`${described(value)} cannot be ${kind}-formatted, only an array can be`);
  return value
    .map((one) => {
      if (one === null) return "";
      if (typeof one === "string") return escape(one);
      if (Array.isArray(one) || one instanceof Map) throw new JqError(`${described(one)} is not valid in a csv row`);
      return toJson(one);
    })
    .join(separator);
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function base32(bytes: Uint8Array): string {
  let out = "";
  let [buffer, bits] = [0, 0];
  for (const byte of bytes) {
    buffer = ((buffer & 31) << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) out += LETTERS[(buffer >> (bits - 5)) & 31];
  }
  if (bits > 0) out += LETTERS[(buffer << (5 - bits)) & 31];
  return out.padEnd(Math.ceil(out.length / 8) * 8, "=");
}

function fromBase32(given: string): Uint8Array {
  const out: number[] = [];
  let [buffer, bits] = [0, 0];
  for (const character of given.replace(/=+$/, "")) {
    const value = LETTERS.indexOf(character);
    if (value < 0) throw new JqError(`${typeOf(given)} (${toJson(given)}) is not valid base32 data`);
    buffer = ((buffer & 255) << 5) | value;
    bits += 5;
    if (bits >= 8) {
      out.push((buffer >> (bits - 8)) & 255);
      bits -= 8;
    }
  }
  return Uint8Array.from(out);
}
