// What curl sends: method, headers and body, by its command line.

import { encode } from "@vibengine/system";
import { binaryToBytes, bytesToBinary, textToBinary } from "../../stdio.ts";
import { joinBytes } from "../bytes.ts";
import { closeInput, Failure, type Invocation, openInput } from "../define.ts";
import { fileBody } from "./net.ts";

export async function readText(invocation: Invocation, path: string): Promise<string> {
  const reader = openInput({ ...invocation, warn() {} }, path);
  if (!reader) throw new Failure(`(26) Failed to open ${path}`, 26);
  const text = new TextDecoder().decode(await reader.readAll());
  closeInput(invocation, reader);
  return text;
}

async function readFile(invocation: Invocation, path: string): Promise<Uint8Array> {
  const reader = openInput({ ...invocation, warn() {} }, path);
  if (!reader) throw new Failure(`(26) Failed to open ${path}`, 26);
  const bytes = await reader.readAll();
  closeInput(invocation, reader);
  return bytes;
}

interface Built {
  url: string;
  method: string;
  headers: [string, string][];
  body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null;
}

export async function build(invocation: Invocation, url: URL): Promise<Built | number> {
  const { options } = invocation;
  const headers = new Map<string, [string, string]>();
  const set = (name: string, value: string) => headers.set(name.toLowerCase(), [name, value]);
  let body: Built["body"] = null;
  let method = "GET";
  const data = await postData(invocation);
  if (data !== null) {
    if (options.has("G")) {
      const text = bytesToBinary(data);
      url.search = url.search ? `${url.search}&${text}` : `?${text}`;
    } else {
      method = "POST";
      body = data as Uint8Array<ArrayBuffer>;
      set("Content-Type", options.has("json") ? "application/json" : "application/x-www-form-urlencoded");
      if (options.has("json")) set("Accept", "application/json");
    }
  }
  if (options.has("F") || options.has("form-string")) {
    const boundary = `------------------------${bytesToHex(crypto.getRandomValues(new Uint8Array(8)))}`;
    body = (await formBody(invocation, boundary)) as Uint8Array<ArrayBuffer>;
    method = "POST";
    set("Content-Type", `multipart/form-data; boundary=${boundary}`);
  }
  const upload = options.value("T");
  if (upload !== undefined) {
    method = "PUT";
    const stream = fileBody(invocation, upload);
    if (typeof stream === "number") return stream;
    body = stream;
    if (url.pathname.endsWith("/") && upload !== "-")
      url.pathname += encodeURIComponent(upload.slice(upload.lastIndexOf("/") + 1));
  }
  if (options.has("I")) method = "HEAD";
  method = options.value("X") ?? method;
  const user =
    options.value("u") ??
    (url.username ? `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` : undefined);
  if (user !== undefined) set("Authorization", `Basic ${btoa(textToBinary(user.includes(":") ? user : `${user}:`))}`);
  [url.username, url.password] = ["", ""];
  const bearer = options.value("oauth2-bearer");
  if (bearer !== undefined) set("Authorization", `Bearer ${bearer}`);
  for (const [key, name] of [
    ["A", "User-Agent"],
    ["e", "Referer"],
    ["r", "Range"],
    ["b", "Cookie"],
  ]) {
    const value = options.value(key);
    if (value !== undefined) set(name, key === "r" ? `bytes=${value}` : value);
  }
  for (const given of options.values("H")) {
    for (const line of given.startsWith("@") ? (await readText(invocation, given.slice(1))).split(/\r?\n/) : [given]) {
      const match = /^([^:;\s]+)\s*([:;])\s*(.*)$/s.exec(line);
      if (!match) continue;
      const [, name, mark, value] = match;
      if (value === "" && mark === ":") headers.delete(name.toLowerCase());
      else set(name, value);
    }
  }
  return {
    url: url.href,
    method,
    headers: [...headers.values()],
    body: method === "GET" || method === "HEAD" ? null : body,
  };
}

const bytesToHex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The pieces of -d and its kind, joined by "&"; null when there are none. */
async function postData(invocation: Invocation): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = [];
  const wrap = (bytes: Uint8Array, json: boolean) => {
    if (parts.length > 0 && !json) parts.push(encode("&"));
    parts.push(bytes);
  };
  for (const { key, value } of invocation.options.list) {
    if (!["d", "data-ascii", "data-binary", "data-raw", "data-urlencode", "json"].includes(key)) continue;
    const text = value!;
    if (key === "data-urlencode") {
      const match = /^([^=@]*)([=@])(.*)$/s.exec(text);
      const [name, mark, rest] = match ? [match[1], match[2], match[3]] : ["", "=", text];
      const content = mark === "@" ? bytesToBinary(await readFile(invocation, rest)) : textToBinary(rest);
      const escaped = content.replace(
        /[^A-Za-z0-9\-._~]/g,
        (one) => `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
      );
      wrap(encode(name ? `${name}=${escaped}` : escaped), false);
    } else if (text.startsWith("@") && key !== "data-raw") {
      const bytes = await readFile(invocation, text.slice(1));
      const plain = key === "data-binary" || key === "json";
      wrap(plain ? bytes : binaryToBytes(bytesToBinary(bytes).replace(/[\r\n\0]/g, "")), key === "json");
    } else wrap(encode(text), key === "json");
  }
  return parts.length > 0 ? joinBytes(...parts) : null;
}

async function formBody(invocation: Invocation, boundary: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (const { key, value } of invocation.options.list) {
    if (key !== "F" && key !== "form-string") continue;
    const equals = value!.indexOf("=");
    if (equals < 0) throw new Failure("Illegally formatted input field!", 2);
    const name = value!.slice(0, equals);
    let content = value!.slice(equals + 1);
    let head = `Content-Disposition: form-data; name="${name}"`;
    let bytes: Uint8Array;
    if (key === "F" && /^[@<]/.test(content)) {
      const [path, ...more] = content.slice(1).split(";");
      const settings = new Map(more.map((one) => one.split(/=(.*)/s) as [string, string]));
      bytes = await readFile(invocation, path);
      if (content[0] === "@")
        head += `; filename="${settings.get("filename") ?? (path === "-" ? "-" : path.slice(path.lastIndexOf("/") + 1))}"\r\nContent-Type: ${settings.get("type") ?? "application/octet-stream"}`;
    } else {
      let type = "";
      if (key === "F") [content, type] = [content.replace(/;type=[^;]*/, ""), /;type=([^;]*)/.exec(content)?.[1] ?? ""];
      if (type) head += `\r\nContent-Type: ${type}`;
      bytes = encode(content);
    }
    parts.push(encode(`--${boundary}\r\n${head}\r\n\r\n`), bytes, encode("\r\n"));
  }
  return joinBytes(...parts, encode(`--${boundary}--\r\n`));
}
