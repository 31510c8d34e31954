// curl and wget in a real page: a server of another origin that allows pages to read it, and the page's own, which is off limits.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newProfile, openBrowser, openPage, servedPage } from "./harness.ts";

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

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader("Access-Control-Allow-Origin", "*");
  response.setHeader("Access-Control-Allow-Headers", "*");
  if (request.method === "OPTIONS") return void response.end();
  if (request.url === "/large") return void response.end(Buffer.alloc(LARGE, "x"));
  if (request.url === "/echo") {
    const body = (await request.toArray()).join("");
    return void response.end(
      `${request.method} ${request.headers["x-test"]} ${request.headers.cookie ?? "no cookie"} ${body}\n`,
    );
  }
  if (request.url !== "/hello") response.statusCode = 404;
  response.end(request.url === "/hello" ? "hello from afar\n" : "nothing here\n");
}

test("curl and wget fetch, post, stream and fail as they do elsewhere", async () => {
  const page = await openPage(await openBrowser(newProfile()), served.url);
  const results = await page.evaluate(
    async ({ url, own }) => {
      const sandbox = await window.vibengine.Sandbox.create();
      const run = (command: string) => sandbox.commands.run(command);
      return {
        get: await run(`curl -s ${url}/hello | tr a-z A-Z`),
        post: await run(`curl -s -H 'X-Test: yes' -d 'a=1' ${url}/echo`),
        missing: await run(`curl -sf ${url}/none; echo $?; curl -s -o /dev/null -w '%{http_code}\n' ${url}/none`),
        large: await run(`curl -s ${url}/large | wc -c; curl -s -o large ${url}/large && stat -c %s large`),
        early: await run(`curl -s ${url}/large | head -c 10`),
        wget: await run(`wget -q ${url}/hello && cat hello && wget -qO- ${url}/hello`),
        nobody: await run("curl -s http://localhost:1/; echo $?"),
        own: await run(`curl -s ${own}; echo $?`),
      };
    },
    { url, own: served.url },
  );
  expect(results.get).toEqual({ exitCode: 0, stdout: "HELLO FROM AFAR\n", stderr: "" });
  expect(results.post.stdout).toBe("POST yes no cookie a=1\n");
  expect(results.missing.stdout).toBe("22\n404\n");
  expect(results.large.stdout).toBe(`${LARGE}\n${LARGE}\n`);
  expect(results.early.stdout).toBe("xxxxxxxxxx");
  expect(results.wget.stdout).toBe("hello from afar\nhello from afar\n");
  expect(results.nobody.stdout).toBe("7\n");
  expect(results.own.stdout).toMatch(/^\d+\n$/);
  expect(results.own.stdout).not.toBe("0\n");
});
