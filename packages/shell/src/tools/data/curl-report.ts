// What curl says of a transfer: the words for what went wrong, and --write-out.

import type { Invocation } from "../define.ts";
import type { NetError } from "./net.ts";

export interface Facts {
  code: number;
  size: number;
  type: string;
  url: string;
  start: number;
  method: string;
  file: string;
  headers: [string, string][];
}

export function explain(invocation: Invocation, { kind, message }: NetError, facts: Facts): number {
  const url = new URL(facts.url);
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  const milliseconds = Math.round(performance.now() - facts.start);
  const [status, text] = {
    resolve: [6, `Could not resolve host: ${url.hostname}`],
    connect: [
      7,
      `Failed to connect to ${url.hostname} port ${port} after ${milliseconds} ms: Couldn't connect to server`,
    ],
    refused: [7, `Refused: ${message}`],
    absent: [7, `Failed to connect to ${url.hostname} port ${port}: ${message}`],
    timeout: [28, `Operation timed out after ${milliseconds} milliseconds with ${facts.size} bytes received`],
  }[kind] as [number, string];
  invocation.warn(`(${status}) ${text}`, status);
  return status;
}

export function writeOut(format: string, facts: Facts, status: number): string {
  const seconds = ((performance.now() - facts.start) / 1000).toFixed(6);
  const values: Record<string, string> = {
    http_code: String(facts.code).padStart(3, "0"),
    response_code: String(facts.code).padStart(3, "0"),
    size_download: String(facts.size),
    content_type: facts.type,
    url_effective: facts.url,
    url: facts.url,
    method: facts.method,
    scheme: facts.url.split(":")[0].toUpperCase(),
    filename_effective: facts.file,
    exitcode: String(status),
    errormsg: "",
    num_redirects: "0",
    http_version: "1.1",
    time_total: seconds,
    time_starttransfer: seconds,
    time_connect: seconds,
    speed_download: String(Math.round(facts.size / Math.max(0.000001, Number(seconds)))),
    header_json: JSON.stringify(Object.fromEntries(facts.headers.map(([name, value]) => [name, [value]]))),
  };
  return format.replace(/%\{([a-z_]+)\}|%%|\\([nrt\\])/g, (whole, name, letter) => {
    if (whole === "%%") return "%";
    if (letter) return { n: "\n", r: "\r", t: "\t", "\\": "\\" }[letter as "n"]!;
    return values[name] ?? "";
  });
}
