// wget: downloads files.

import { AT_FDCWD, encode, O_CLOEXEC, O_CREAT, O_TRUNC, O_WRONLY, strerror } from "@vibengine/system";
import { Writer } from "../../stdio.ts";
import { formatTime } from "../../strftime.ts";
import { readSmallFile } from "../accounts.ts";
import { define, type Invocation, UsageError } from "../define.ts";
import { stat } from "../files.ts";
import { exchange, fileBody, headerOf, NetError } from "./net.ts";

const [GENERIC, NETWORK, SERVER] = [1, 4, 8];

export const wget = define(
  {
    name: "wget",
    usage: "[OPTION]... [URL]...",
    failure: 2,
    help: `Download files from the web, over HTTP and HTTPS as the browser's fetch has them.

  -O, --output-document=FILE  write documents to FILE (- is stdout)
  -P, --directory-prefix=PREFIX  save files to PREFIX/
  -q, --quiet               quiet (no output)
  -nv, --no-verbose         print less
  -v, --verbose             (the default)
  -S, --server-response     print server response
  -nc, --no-clobber         skip downloads that would download to existing files
  -i, --input-file=FILE     download URLs found in local FILE
  -T, --timeout=SECONDS     set the timeout
  -t, --tries=NUMBER        set number of retries (1)
  -U, --user-agent=AGENT    identify as AGENT
      --header=STRING       insert STRING among the headers
      --post-data=STRING    use the POST method; send STRING as the data
      --post-file=FILE      use the POST method; send contents of FILE
      --method=METHOD       use METHOD in the request
      --body-data=STRING    send STRING as data
      --body-file=FILE      send contents of FILE
      --user=USER           set user
      --password=PASS       set password
      --referer=URL         include 'Referer: URL' header
      --spider              don't download anything
      --content-on-error    output the received content on server errors
      --no-check-certificate  (ignored)
      --no-cache            (ignored)
      --show-progress       (ignored)
      --progress=TYPE       (ignored)
  -4, --inet4-only          (ignored)
  -6, --inet6-only          (ignored)`,
    hint: "\nUsage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.",
    rewrite: (words) => words.map((word) => (word === "-nv" ? "--no-verbose" : word === "-nc" ? "--no-clobber" : word)),
  },
  async (invocation) => {
    const { options, operands, sys } = invocation;
    const urls = [...operands];
    const list = options.value("i");
    if (list !== undefined) {
      const text = readSmallFile(sys, list);
      if (text === null) invocation.warn(`${list}: No such file or directory`, GENERIC);
      else
        urls.push(
          ...text
            .split("\n")
            .map((line) => line.trim())
            .filter((line) => line !== ""),
        );
    }
    if (urls.length === 0) throw new UsageError("missing URL");
    // All documents go to the one file that -O names.
    const document = options.value("O");
    let shared: Writer | null = null;
    if (document !== undefined && document !== "-" && !options.has("spider")) {
      const fd = sys.open(AT_FDCWD, encode(document), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666);
      if (fd < 0) {
        void invocation.stderr.write(`${document}: ${strerror(fd)}\n`);
        return GENERIC;
      }
      shared = new Writer(sys, fd);
    }
    let status = 0;
    for (const url of urls)
      status = worse(status, await download(invocation, url, document === "-" ? invocation.stdout : shared));
    if (shared) {
      await shared.flush();
      sys.close(shared.fd);
    }
    return status;
  },
);

const worse = (a: number, b: number) => (a === 0 ? b : b === 0 ? a : Math.min(a, b));

async function download(invocation: Invocation, given: string, to: Writer | null): Promise<number> {
  const { options, sys, stderr } = invocation;
  const loud = !options.has("q") && !options.has("nv");
  const say = async (text: string) => {
    if (loud) await stderr.write(text);
  };
  const complain = async (text: string) => {
    if (!options.has("q")) await stderr.write(text);
  };
  let url: URL;
  try {
    url = new URL(/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\//.test(given) ? given : `http://${given}`);
  } catch {
    await complain(`${given}: Invalid host name.\n`);
    return GENERIC;
  }
  if (!/^https?:$/.test(url.protocol)) {
    await complain(`${given}: Unsupported scheme '${url.protocol.slice(0, -1)}'.\n`);
    return GENERIC;
  }
  const base =
    decodeURIComponent(url.pathname.slice(url.pathname.lastIndexOf("/") + 1)).replaceAll("/", "_") || "index.html";
  const prefix = options.value("P");
  const wanted = `${prefix === undefined ? "" : `${prefix.replace(/\/+$/, "")}/`}${base}${url.search ? url.search.replaceAll("/", "%2F") : ""}`;
  let file = wanted;
  if (!to && !options.has("spider")) {
    if (options.has("nc") && typeof stat(sys, file) !== "number") {
      await say(`File '${file}' already there; not retrieving.\n\n`);
      return 0;
    }
    for (let i = 1; typeof stat(sys, file) !== "number"; i++) file = `${wanted}.${i}`;
  }
  const headers: [string, string][] = options.values("header").flatMap((line) => {
    const colon = line.indexOf(":");
    return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1).trim()] as [string, string]] : [];
  });
  const user = options.value("user") ?? decodeURIComponent(url.username);
  if (user)
    headers.push([
      "Authorization",
      `Basic ${btoa(`${user}:${options.value("password") ?? decodeURIComponent(url.password)}`)}`,
    ]);
  [url.username, url.password] = ["", ""];
  if (options.has("U")) headers.push(["User-Agent", options.value("U")!]);
  if (options.has("referer")) headers.push(["Referer", options.value("referer")!]);
  const data = options.value("post-data") ?? options.value("body-data");
  const dataFile = options.value("post-file") ?? options.value("body-file");
  const posts = options.has("post-data") || options.has("post-file");
  const method = options.value("method") ?? (posts ? "POST" : options.has("spider") ? "HEAD" : "GET");
  const stream = dataFile === undefined ? null : fileBody(invocation, dataFile);
  if (typeof stream === "number") {
    await complain(`BODY data file '${dataFile}' missing: ${strerror(stream)}\n`);
    return GENERIC;
  }
  const body = data === undefined ? stream : encode(data);
  if (body && !headers.some(([name]) => name.toLowerCase() === "content-type"))
    headers.push(["Content-Type", "application/x-www-form-urlencoded"]);
  await say(`--${formatTime("%Y-%m-%d %H:%M:%S", Math.floor(Date.now() / 1000), 0)}--  ${url.href}\n`);
  const seconds = Number(options.value("T") ?? 900) || Number.POSITIVE_INFINITY;
  try {
    const { response, save, end } = await exchange(
      invocation,
      { url: url.href, method, headers, body, follow: true },
      seconds,
    );
    const { status, statusText } = response;
    await say(`HTTP request sent, awaiting response... ${status} ${statusText}\n`);
    if (options.has("S"))
      await stderr.write(
        `  HTTP/1.1 ${status} ${statusText}\n${response.headers.map(([name, value]) => `  ${name}: ${value}\n`).join("")}`,
      );
    if (status >= 400 && !options.has("content-on-error")) {
      end();
      const now = formatTime("%Y-%m-%d %H:%M:%S", Math.floor(Date.now() / 1000), 0);
      await complain(
        options.has("spider")
          ? "Remote file does not exist -- broken link!!!\n\n"
          : `${loud ? "" : `${url.href}:\n`}${now} ERROR ${status}: ${statusText}.\n\n`,
      );
      return SERVER;
    }
    const length = headerOf(response, "content-length");
    const type = headerOf(response, "content-type")?.split(";")[0];
    await say(`Length: ${length ?? "unspecified"}${type ? ` [${type}]` : ""}\n`);
    if (options.has("spider")) {
      end();
      await say("Remote file exists.\n\n");
      return 0;
    }
    const shown = options.value("O") ?? file;
    await say(`Saving to: '${shown === "-" ? "STDOUT" : shown}'\n\n`);
    let out = to;
    if (!out) {
      if (prefix !== undefined)
        for (let i = 1, parts = prefix.split("/"); i <= parts.length; i++)
          sys.mkdir(AT_FDCWD, encode(parts.slice(0, i).join("/") || "/"), 0o777);
      const fd = sys.open(AT_FDCWD, encode(file), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666);
      if (fd < 0) {
        end();
        await complain(`${file}: ${strerror(fd)}\n\nCannot write to '${file}' (${strerror(fd)}).\n`);
        return 3;
      }
      out = new Writer(sys, fd);
    }
    const size = await save(out);
    await out.flush();
    if (!to) sys.close(out.fd);
    const now = formatTime("%Y-%m-%d %H:%M:%S", Math.floor(Date.now() / 1000), 0);
    if (options.has("nv"))
      await complain(
        `${now} URL:${response.url || url.href} [${size}${length ? `/${length}` : ""}] -> "${shown}" [1]\n`,
      );
    else await say(`${now} - '${shown}' saved [${size}${length ? `/${length}` : ""}]\n\n`);
    return status >= 400 ? SERVER : 0;
  } catch (error) {
    if (!(error instanceof NetError)) throw error;
    await complain(
      error.kind === "resolve"
        ? `wget: unable to resolve host address '${url.hostname}'\n`
        : `Connecting to ${url.host}... failed: ${error.kind === "timeout" ? "Connection timed out" : error.kind === "connect" ? "Connection refused" : error.message}.\n`,
    );
    return NETWORK;
  }
}
