// curl and wget against a server of this machine, through a host whose network is Node's fetch.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FetchFault, type FetchRequest, type FetchResponse, type ShellHost } from "../../host.ts";
import { runShell } from "../../shell.ts";
import { shellSystem, testHost } from "../../testing.ts";

let server: Server;
let base = "";

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("latin1");
      const { pathname } = new URL(request.url!, "http://x");
      if (pathname === "/missing") response.writeHead(404, { "content-type": "text/plain" }).end("gone\n");
      else if (pathname === "/moved") response.writeHead(302, { location: "/hello.txt" }).end();
      else if (pathname === "/slow") response.write("begun\n");
      else if (pathname === "/large") response.end(Buffer.alloc(3_000_000, "x"));
      else if (pathname === "/echo")
        response.end(
          `${request.method} ${request.url}\n${request.headers["x-test"] ?? ""}|${request.headers.authorization ?? ""}|${(request.headers["content-type"] ?? "").replace(/boundary=.*/, "boundary")}\n${body.replace(/-{20,}[0-9a-f]{16}/g, "--B")}`,
        );
      else response.writeHead(200, { "content-type": "text/plain", "x-kind": "plain" }).end("hello\n");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function nodeFetch(request: FetchRequest): Promise<FetchResponse> {
  const { url, method, headers, body, follow, signal } = request;
  try {
    const init = { method, headers, body, signal, redirect: follow ? "follow" : "manual", duplex: "half" };
    const response = await fetch(url, init as RequestInit);
    const { status, statusText } = response;
    return { url: response.url, status, statusText, headers: [...response.headers], body: response.body };
  } catch (error) {
    const code = ((error as Error).cause as { code?: string } | undefined)?.code;
    throw new FetchFault(code === "ENOTFOUND" ? "resolve" : "connect", String(error));
  }
}

async function run(script: string, host: ShellHost = { ...testHost, fetch: nodeFetch }) {
  const { sys, read } = shellSystem();
  const status = await runShell(sys, ["bash", "-c", script], [`B=${base}`, "HOME=/home/user"], host);
  return { status, stdout: read(1), stderr: read(2) };
}

test("curl prints, saves, and names what it saved", async () => {
  expect(await run("curl $B/hello.txt")).toEqual({ status: 0, stdout: "hello\n", stderr: "" });
  const saved = await run(
    "curl -sO $B/hello.txt; curl -so other $B/x; cat hello.txt other; curl -s --create-dirs -o a/b/c $B/x; cat a/b/c",
  );
  expect(saved).toEqual({ status: 0, stdout: "hello\nhello\nhello\n", stderr: "" });
});

test("curl shows headers, follows redirects when told to, and writes out what it learnt", async () => {
  expect((await run("curl -si $B/x")).stdout).toMatch(
    /^HTTP\/1.1 200 OK\r\n(.*\r\n)*x-kind: plain\r\n(.*\r\n)*\r\nhello\n$/,
  );
  expect((await run("curl -sI $B/x")).stdout).not.toContain("hello");
  expect((await run("curl -s -w '%{http_code} %{content_type}\\n' $B/moved")).stdout).toBe("302 \n");
  expect((await run("curl -sL -w '%{http_code} %{size_download}\\n' $B/moved")).stdout).toBe("hello\n200 6\n");
});

test("curl sends data, forms, files and headers", async () => {
  const lines = async (script: string) => (await run(`echo file > f; ${script}`)).stdout.split("\n");
  expect(await lines("curl -s -d a=1 -d b=2 $B/echo")).toEqual([
    "POST /echo",
    "||application/x-www-form-urlencoded",
    "a=1&b=2",
  ]);
  expect(await lines("curl -sG --data-urlencode 'q=a b&c' $B/echo")).toEqual(["GET /echo?q=a%20b%26c", "||", ""]);
  expect(await lines("curl -s -X PUT -H 'X-Test: yes' -u me:pw $B/echo")).toEqual([
    "PUT /echo",
    "yes|Basic bWU6cHc=|",
    "",
  ]);
  expect(await lines("curl -s --json '{\"a\":1}' $B/echo")).toEqual(["POST /echo", "||application/json", '{"a":1}']);
  expect(await lines("curl -s -T f $B/echo")).toEqual(["PUT /echo", "||", "file", ""]);
  const form = (await run("echo file > f; curl -s -F x=1 -F up=@f $B/echo")).stdout;
  expect(form).toContain('name="x"\r\n\r\n1\r\n');
  expect(form).toContain('name="up"; filename="f"\r\nContent-Type: application/octet-stream\r\n\r\nfile\n');
});

test("curl's exit codes tell what went wrong", async () => {
  expect(await run("curl -sf $B/missing")).toEqual({ status: 22, stdout: "", stderr: "" });
  expect(await run("curl -sSf $B/missing")).toMatchObject({
    stderr: "curl: (22) The requested URL returned error: 404\n",
  });
  expect(await run("curl -s $B/missing")).toMatchObject({ status: 0, stdout: "gone\n" });
  expect((await run("curl -s http://127.0.0.1:1/")).status).toBe(7);
  expect((await run("curl -s gopher://x/")).status).toBe(1);
  expect((await run("curl -s http://")).status).toBe(3);
  expect((await run("curl -s -m 0.2 $B/slow")).status).toBe(28);
  expect((await run("curl")).status).toBe(2);
  expect((await run("curl -s $B/x", testHost)).status).toBe(7);
});

test("a large body streams through a pipe whose reader stops early", async () => {
  expect((await run("curl -s $B/large | head -c 10; curl -s $B/large | wc -c")).stdout).toBe("xxxxxxxxxx3000000\n");
});

test("wget saves under the URL's name, elsewhere, or prints", async () => {
  expect(
    (await run("wget -q $B/hello.txt; wget -q $B/hello.txt; ls; wget -qO- $B/x; wget -q -P d $B/a; cat d/a")).stdout,
  ).toBe("hello.txt\nhello.txt.1\nhello\nhello\n");
  expect(await run("wget -q $B/missing")).toMatchObject({ status: 8 });
  expect((await run("wget $B/missing")).stderr).toContain("ERROR 404");
  expect(await run("wget -qO- --post-data a=1 --header 'X-Test: t' $B/echo")).toMatchObject({
    stdout: "POST /echo\nt||application/x-www-form-urlencoded\na=1",
  });
  expect((await run("wget -q http://127.0.0.1:1/")).status).toBe(4);
});
