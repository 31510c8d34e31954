// curl: transfers from and to a URL.

import { AT_FDCWD, encode, O_CLOEXEC, O_CREAT, O_TRUNC, O_WRONLY, strerror } from "@vibengine/system";
import { WriteError, Writer } from "../../stdio.ts";
import { closeInput, define, type Invocation, openInput } from "../define.ts";
import { dirName } from "../files.ts";
import { explain, type Facts, writeOut } from "./curl-report.ts";
import { build, readText } from "./curl-request.ts";
import { exchange, headerOf, NetError, statusLine } from "./net.ts";

export const curl = define(
  {
    name: "curl",
    usage: "[options...] <url>...",
    failure: 2,
    help: `Transfer data from or to a server, over HTTP and HTTPS as the browser's fetch has them; file: URLs are read from the disk.

  -a, --append               (ignored)
  -A, --user-agent=NAME      send User-Agent NAME to server
  -b, --cookie=DATA          send cookies from string
  -c, --cookie-jar=FILE      (ignored)
      --compressed           (always)
      --connect-timeout=SECONDS  maximum time allowed for connection
      --create-dirs          create necessary local directory hierarchy
  -d, --data=DATA            HTTP POST data; @file reads it from there, without newlines
      --data-ascii=DATA      HTTP POST ASCII data
      --data-binary=DATA     HTTP POST binary data
      --data-raw=DATA        HTTP POST data, '@' allowed
      --data-urlencode=DATA  HTTP POST data URL encoded
  -D, --dump-header=FILE     write the received headers to FILE
  -e, --referer=URL          referrer URL
  -f, --fail                 fail fast with no output on HTTP errors
      --fail-with-body       fail on HTTP errors but save the body
  -F, --form=CONTENT         specify multipart MIME data: name=text, name=@file, name=<file
      --form-string=CONTENT  specify multipart MIME data, taken as it is
  -g, --globoff              (always)
  -G, --get                  put the post data in the URL and use GET
  -H, --header=HEADER        pass custom header(s) to server
  -i, --include              include protocol response headers in the output
  -I, --head                 show document info only
      --json=DATA            HTTP POST JSON
  -k, --insecure             (ignored)
  -L, --location             follow redirects
      --location-trusted     follow redirects
  -m, --max-time=SECONDS     maximum time allowed for transfer
      --max-redirs=NUM       (ignored)
  -N, --no-buffer            disable buffering of the output stream
      --no-progress-meter    (always)
      --oauth2-bearer=TOKEN  OAuth 2 Bearer Token
  -o, --output=FILE          write to file instead of stdout
  -O, --remote-name          write output to file named as remote file
      --remote-name-all      use the remote file name for all URLs
      --output-dir=DIR       directory to save files in
  -Z, --parallel             (ignored)
  -#, --progress-bar         (ignored)
  -r, --range=RANGE          retrieve only the bytes within RANGE
  -R, --remote-time          (ignored)
  -X, --request=METHOD       specify request method to use
      --retry=NUM            retry request if transient problems occur
      --retry-delay=SECONDS  wait time between retries
      --retry-all-errors     retry all errors
      --retry-connrefused    retry on connection refused
  -s, --silent               silent mode
  -S, --show-error           show error even when -s is used
      --stderr=FILE          (ignored)
  -T, --upload-file=FILE     transfer local FILE to destination
      --url=URL              URL to work with
  -u, --user=USER:PASSWORD   server user and password
  -v, --verbose              make the operation more talkative
  -w, --write-out=FORMAT     output FORMAT after completion
  -4, --ipv4                 (ignored)
  -6, --ipv6                 (ignored)
  -0, --http1.0              (ignored)
      --http1.1              (ignored)
      --http2                (ignored)
      --tlsv1.2              (ignored)
      --proto=PROTOCOLS      (ignored)
      --basic                (ignored)
  -q, --disable              (ignored)`,
    hint: "curl: try 'curl --help' or 'curl --manual' for more information",
    rewrite: (words) => words.map((word) => (word === "-V" ? "--version" : word === "-h" ? "--help" : word)),
  },
  async (invocation) => {
    const { options, operands } = invocation;
    const urls = [...options.values("url"), ...operands];
    const say: Invocation = {
      ...invocation,
      warn(text, status = 2) {
        if (!options.has("s") || options.has("S")) void invocation.stderr.write(`curl: ${text}\n`);
        invocation.status = status;
      },
    };
    if (urls.length === 0) {
      void invocation.stderr.write(
        "curl: no URL specified!\ncurl: try 'curl --help' or 'curl --manual' for more information\n",
      );
      return 2;
    }
    let status = 0;
    for (const [i, url] of urls.entries()) {
      status = await transfer(say, url, i);
      if (status !== 0 && status !== 22 && i === urls.length - 1) break;
    }
    return status;
  },
);

async function transfer(invocation: Invocation, given: string, place: number): Promise<number> {
  const { options } = invocation;
  const facts: Facts = {
    code: 0,
    size: 0,
    type: "",
    url: given,
    start: performance.now(),
    method: "GET",
    file: "",
    headers: [],
  };
  const tries = 1 + Number(options.value("retry") ?? 0);
  let status = 0;
  for (let attempt = 1; attempt <= tries; attempt++) {
    try {
      status = await once(invocation, given, place, facts);
    } catch (error) {
      if (error instanceof NetError) status = explain(invocation, error, facts);
      else if (error instanceof WriteError) {
        invocation.warn(`(23) Failure writing output to destination`, 23);
        status = 23;
      } else throw error;
    }
    const transient =
      status === 28 ||
      [408, 429, 500, 502, 503, 504].includes(facts.code) ||
      (status !== 0 && options.has("retry-all-errors")) ||
      (status === 7 && options.has("retry-connrefused"));
    if (!transient || attempt === tries) break;
    await invocation.sys.sleep(1000 * Number(options.value("retry-delay") ?? 2 ** (attempt - 1)));
  }
  const format = options.value("w");
  if (format !== undefined) {
    const text = format.startsWith("@") ? await readText(invocation, format.slice(1)) : format;
    await invocation.stdout.write(writeOut(text, facts, status));
  }
  return status;
}

async function once(invocation: Invocation, given: string, place: number, facts: Facts): Promise<number> {
  const { options, sys, stdout, stderr } = invocation;
  const fail = (status: number, text: string) => {
    invocation.warn(`(${status}) ${text}`, status);
    return status;
  };
  let url: URL;
  try {
    url = new URL(/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\//.test(given) ? given : `http://${given}`);
  } catch {
    return fail(3, "URL using bad/illegal format or missing URL");
  }
  const outputs = options.list.filter(({ key }) => key === "o" || key === "O");
  const chosen = outputs[place] ?? (options.has("remote-name-all") ? { key: "O", value: undefined } : undefined);
  let file = chosen?.key === "o" ? chosen.value! : "";
  if (chosen?.key === "O") {
    file = decodeURIComponent(url.pathname.slice(url.pathname.lastIndexOf("/") + 1)).replaceAll("/", "_");
    if (file === "") return fail(23, "Remote file name has no length!");
  }
  if (file === "-") file = "";
  const directory = options.value("output-dir");
  if (file !== "" && directory !== undefined) file = `${directory.replace(/\/+$/, "")}/${file}`;
  facts.file = file;
  const open = (path: string): Writer | number => {
    if (options.has("create-dirs")) {
      const parts = dirName(path).split("/");
      for (let i = 1; i <= parts.length; i++) {
        const part = parts.slice(0, i).join("/");
        if (part !== "" && part !== ".") sys.mkdir(AT_FDCWD, encode(part), 0o777);
      }
    }
    const fd = sys.open(AT_FDCWD, encode(path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666);
    return fd < 0 ? fd : new Writer(sys, fd);
  };
  if (url.protocol === "file:") {
    const reader = openInput({ ...invocation, warn() {} }, decodeURIComponent(url.pathname));
    if (!reader) return fail(37, `Couldn't open file ${decodeURIComponent(url.pathname)}`);
    const out = file === "" ? stdout : open(file);
    if (typeof out === "number") return fail(23, `Failed to open ${file}: ${strerror(out)}`);
    for (let chunk = await reader.read(); chunk; chunk = await reader.read()) {
      facts.size += chunk.length;
      await out.write(chunk);
    }
    await out.flush();
    if (out !== stdout) sys.close(out.fd);
    closeInput(invocation, reader);
    return 0;
  }
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return fail(1, `Protocol "${url.protocol.slice(0, -1)}" not supported or disabled in libcurl`);
  const request = await build(invocation, url);
  if (typeof request === "number") return fail(26, "Failed to open/read local data from file/application");
  facts.method = request.method;
  facts.url = request.url;
  if (options.has("v")) {
    const target = new URL(request.url);
    await stderr.write(
      `> ${request.method} ${target.pathname}${target.search} HTTP/1.1\n> Host: ${target.host}\n${request.headers.map(([name, value]) => `> ${name}: ${value}\n`).join("")}>\n`,
    );
  }
  const limit = Number(options.value("m") ?? Number.POSITIVE_INFINITY);
  const { response, save, end } = await exchange(
    invocation,
    { ...request, follow: options.has("L") || options.has("location-trusted") },
    limit,
  );
  facts.code = response.status;
  facts.url = response.url || request.url;
  facts.type = headerOf(response, "content-type") ?? "";
  facts.headers = response.headers;
  if (options.has("v"))
    await stderr.write(
      `< ${statusLine(response)}\n${response.headers.map(([name, value]) => `< ${name}: ${value}\n`).join("")}<\n`,
    );
  const failed = response.status >= 400 && (options.has("f") || options.has("fail-with-body"));
  if (failed && options.has("f") && !options.has("fail-with-body")) {
    end();
    return fail(22, `The requested URL returned error: ${response.status}`);
  }
  const head = `${statusLine(response)}\r\n${response.headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
  const dump = options.value("D");
  if (dump !== undefined) {
    const to = dump === "-" ? stdout : open(dump);
    if (typeof to === "number") return fail(23, `Failed to open ${dump}`);
    await to.write(head);
    await to.flush();
    if (to !== stdout) sys.close(to.fd);
  }
  const out = file === "" ? stdout : open(file);
  if (typeof out === "number") {
    end();
    if (!options.has("s")) void stderr.write(`Warning: Failed to open the file ${file}: ${strerror(out)}\n`);
    return fail(23, "Failure writing output to destination");
  }
  if (options.has("i") || options.has("I")) await out.write(head);
  facts.size = await save(options.has("I") ? null : out);
  await out.flush();
  if (out !== stdout) sys.close(out.fd);
  return failed ? fail(22, `The requested URL returned error: ${response.status}`) : 0;
}
