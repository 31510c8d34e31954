// Python's HTTP, and pip with an index: a server of another origin that lets pages read it.

import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect } from "vitest";
import { writeZip } from "../../packages/python/pack/zip.mjs";
import { newProfile, openBrowser, openPage, servedPage, pythonTest as test } from "./harness.ts";

const LARGE = 5_000_000;
const served = servedPage();
const server = createServer((request, response) => void answer(request, response));
let url = "";
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  url = `http://localhost:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** What was asked for, in order. */
const asked: string[] = [];

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? "/";
  if (request.method !== "OPTIONS") asked.push(path);
  response.setHeader("Access-Control-Allow-Origin", "*");
  response.setHeader("Access-Control-Allow-Headers", "*");
  response.setHeader("Access-Control-Allow-Methods", "*");
  if (request.method === "OPTIONS") return void response.end();
  if (path.startsWith("/simple/") || path.startsWith("/files/")) return fromIndex(path, response);
  switch (path) {
    case "/hello":
      response.setHeader("X-Kind", "greeting");
      response.setHeader("Access-Control-Expose-Headers", "X-Kind");
      return void response.end("hello from afar\n");
    case "/json":
      response.setHeader("Content-Type", "application/json");
      return void response.end('{"a": [1, 2]}');
    case "/moved":
      return void response.writeHead(301, { Location: "/hello" }).end();
    case "/packed":
      return void response.setHeader("Content-Encoding", "gzip").end(gzipSync("unpacked"));
    case "/large":
      return void response.end(Buffer.alloc(LARGE, "x"));
    case "/never":
      return;
    case "/mend":
      isTorn = false;
      return void response.end();
    case "/torn":
      return tear(Buffer.alloc(100_000), response);
    case "/echo": {
      const body = Buffer.concat(await request.toArray());
      return void response.end(`${request.method} ${request.headers["x-test"]} ${body.length} ${body.subarray(0, 20)}`);
    }
    default:
      return void response.writeHead(404).end("nothing here");
  }
}

/** Sends half of it and breaks the connection. */
function tear(bytes: Buffer, response: ServerResponse): void {
  response.setHeader("Content-Length", bytes.length);
  response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
}

/** A wheel of one module. */
function wheel(name: string, version: string, requires: string[] = []): Buffer {
  const info = `${name}-${version}.dist-info`;
  const files = new Map([
    [`${name}.py`, `version = "${version}"\n`],
    [`${name}_data.bin`, createHash("sha512").update(name).digest("hex").repeat(500)],
    [
      `${info}/METADATA`,
      [
        `Metadata-Version: 2.1`,
        `Name: ${name}`,
        `Version: ${version}`,
        ...requires.map((one) => `Requires-Dist: ${one}`),
        "",
      ].join("\n"),
    ],
    [`${info}/WHEEL`, "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"],
  ]);
  files.set(`${info}/RECORD`, [...files.keys(), `${info}/RECORD`].map((path) => `${path},,\n`).join(""));
  return Buffer.from(writeZip([...files].map(([path, text]): [string, Uint8Array] => [path, Buffer.from(text)])));
}

const FILES: Record<string, Buffer> = {
  "plain-1.0-py3-none-any.whl": wheel("plain", "1.0"),
  "plain-2.0-py3-none-any.whl": wheel("plain", "2.0", ["needed>=1"]),
  "needed-1.0-py3-none-any.whl": wheel("needed", "1.0"),
  "torn-1.0-py3-none-any.whl": wheel("torn", "1.0"),
  "unsized-1.0-py3-none-any.whl": wheel("unsized", "1.0"),
  "false-1.0-py3-none-any.whl": wheel("false", "1.0"),
  "native-1.0-cp315-cp315-manylinux_2_28_x86_64.whl": wheel("native", "1.0"),
  "native-1.0-cp315-cp315-wasi_0_0_0_wasm32.whl": wheel("native", "1.0"),
  "numpy-99.0-py3-none-any.whl": wheel("numpy", "99.0"),
};
let isTorn = true;

function fromIndex(path: string, response: ServerResponse): void {
  const name = path.split("/")[2] ?? "";
  if (path.startsWith("/files/")) {
    const file = FILES[name];
    if (file === undefined) return void response.writeHead(404).end();
    // A server that packs on the way tells no length that pip could use.
    if (name.startsWith("unsized-")) response.setHeader("Content-Type", "text/plain");
    if (/^(torn|unsized)-/.test(name) && isTorn) return tear(file, response);
    return void response.end(file);
  }
  const links = Object.entries(FILES)
    .filter(([file]) => file.startsWith(`${name}-`))
    .map(([file, bytes]) => {
      const hash = name === "false" ? "0".repeat(64) : createHash("sha256").update(bytes).digest("hex");
      return `<a href="/files/${file}#sha256=${hash}">${file}</a>`;
    });
  if (links.length === 0) return void response.writeHead(404).end();
  response.setHeader("Content-Type", "text/html");
  response.end(`<!DOCTYPE html><html><body>${links.join("\n")}</body></html>`);
}

/** Runs commands one after the other in a new sandbox. */
async function run(...commands: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }[]> {
  const page = await openPage(await openBrowser(newProfile()), served.url);
  return page.evaluate(
    async ({ commands, url }) => {
      const sandbox = await window.vibengine.Sandbox.create({ envs: { URL: url, PIP_INDEX_URL: `${url}/simple` } });
      const results = [];
      for (const command of commands) results.push(await sandbox.commands.run(command));
      return results;
    },
    { commands, url },
  );
}

const script = (text: string) => `cat > s.py <<'END'\nimport os\nURL = os.environ["URL"]\n${text}\nEND\npython3 s.py`;

test("urllib and http.client fetch, post, stream and fail as they do elsewhere", async () => {
  const [urllib, client] = await run(
    script(`
import urllib.request, urllib.error
def tell(path, **more):
    try:
        with urllib.request.urlopen(urllib.request.Request(URL + path, **more), timeout=0.5) as r:
            body = r.read()
            print(r.status, r.geturl().removeprefix(URL), r.headers["x-kind"], len(body), body[:20])
    except urllib.error.HTTPError as e:
        print(e.code, e.read())
    except Exception as e:
        print(type(e).__name__, e)
tell("/hello")
tell("/moved")
tell("/packed")
tell("/large")
tell("/echo", data=b"a\\0b", headers={"X-Test": "yes"})
tell("/none")
tell("/torn")
tell("/never")
print(urllib.request.urlretrieve(URL + "/hello", "copy")[0], open("copy").read().strip())
try:
    urllib.request.urlopen("http://localhost:1/")
except urllib.error.URLError as e:
    print("CORS" in str(e.reason))`),
    script(`
import http.client, socket
c = http.client.HTTPConnection(URL.removeprefix("http://"))
c.request("PUT", "/echo", body=iter([b"ab", b"cd"]))
print(c.getresponse().read())
c.request("HEAD", "/hello")
r = c.getresponse()
print(r.status, r.reason, r.version, r.getheader("X-Kind"), r.read())
c.request("GET", "/hello")
print([c.getresponse().read(5)])
try:
    socket.create_connection(("localhost", 80))
except OSError as e:
    print("no sockets" in str(e))`),
  );
  expect(urllib.stdout.split("\n")).toEqual([
    "200 /hello greeting 16 b'hello from afar\\n'",
    "200 /hello greeting 16 b'hello from afar\\n'",
    "200 /packed None 8 b'unpacked'",
    `200 /large None ${LARGE} b'${"x".repeat(20)}'`,
    "200 /echo None 14 b'POST yes 3 a\\x00b'",
    "404 b'nothing here'",
    expect.stringContaining("ConnectionResetError"),
    "TimeoutError timed out",
    "copy hello from afar",
    "True",
    "",
  ]);
  expect(urllib.stderr).toBe("");
  expect(client.stdout.split("\n")).toEqual([
    "b'PUT undefined 4 abcd'",
    "200 OK 11 greeting b''",
    "[b'hello']",
    "True",
    "",
  ]);
});

test("requests gets and posts, follows and tells of redirects, and fails with its own errors", async () => {
  const [requests] = await run(
    `pip --version > version; ${script(`
from pip._vendor import requests
r = requests.get(URL + "/json")
print(r.status_code, r.json(), r.headers["content-type"], r.history)
r = requests.get(URL + "/moved")
print(r.url.removeprefix(URL), r.history, r.text.strip())
print(requests.post(URL + "/echo", json={"a": 1}).text)
with requests.get(URL + "/large", stream=True) as r:
    print(sum(map(len, r.iter_content(65536))))
for call in (
    lambda: requests.get("http://localhost:1/"),
    lambda: requests.get(URL + "/torn"),
    lambda: requests.get(URL + "/never", timeout=0.3),
    lambda: requests.get(URL + "/hello", proxies={"http": "http://localhost:1"}),
    lambda: requests.get(URL + "/hello", cookies={"a": "b"}),
):
    try:
        call()
    except requests.RequestException as e:
        print(type(e).__name__)`)}`,
  );
  expect(requests.stdout.split("\n")).toEqual([
    "200 {'a': [1, 2]} application/json []",
    "/hello [<Response [302]>] hello from afar",
    'POST undefined 8 {"a": 1}',
    `${LARGE}`,
    "ConnectionError",
    "ChunkedEncodingError",
    "ReadTimeout",
    "ProxyError",
    "ConnectionError",
    "",
  ]);
});

test("pip takes from an index what the pack does not have, and what can run here", async () => {
  asked.length = 0;
  const [old, newer, wasm, bundled, higher] = await run(
    "pip install 'plain<2' && pip list | grep plain",
    "pip install -U plain && python3 -c 'import plain; print(plain.version)' && pip index versions plain",
    "pip install native",
    "pip install -q six && pip uninstall -qy six",
    "pip install -q 'numpy>=99' && pip freeze",
  );
  expect(old.stdout).toMatch(/Successfully installed plain-1\.0\nplain +1\.0\n/);
  expect(newer.stdout).toContain("Successfully installed needed-1.0 plain-2.0\n2.0\n");
  expect(newer.stdout).toContain("Available versions: 2.0, 1.0");
  expect(wasm.exitCode).toBe(1);
  expect(wasm.stderr).toMatch(
    /No matching distribution found for native\nERROR: native has no WebAssembly build\. Packages with native parts that run here: .*numpy, pandas/,
  );
  expect(bundled).toMatchObject({ exitCode: 0, stderr: "" });
  expect(higher.stdout).toContain("numpy==99.0");
  expect(asked.filter((path) => path.startsWith("/simple/"))).not.toContain("/simple/six/");
});

test("a torn download and a false hash install nothing, and a second try works", async () => {
  const [torn, unsized, wrong, list, second] = await run(
    "pip install torn",
    "pip install unsized",
    "pip install false",
    "pip list | grep -cE 'torn|unsized|false'; pip check",
    "curl -s $URL/mend; pip install -q torn unsized && pip list",
  );
  expect(torn.exitCode).toBe(1);
  expect(torn.stderr).toContain("Connection interrupted while downloading");
  expect(unsized.exitCode).toBe(1);
  expect(unsized.stderr).toContain("the connection broke before the whole answer had come");
  expect(unsized.stderr).not.toContain("Traceback");
  expect(wrong.exitCode).toBe(1);
  expect(wrong.stderr).toContain("THESE PACKAGES DO NOT MATCH THE HASHES");
  expect(list.stdout).toBe("0\nNo broken requirements found.\n");
  expect(second.stdout).toMatch(/^torn +1\.0$/m);
});
