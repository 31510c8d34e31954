// Records what this machine's bash prints for the scripts in src/fixtures/*.json, and writes it back into them.
//   node packages/shell/record.mjs [file.json …]      (all of them without arguments)
// A fixture file is { shell: "bash" | "sh", cases: [{ script, stdout, status }] }; `sh` is recorded with `bash --posix`.
// Each script runs in an empty directory of its own with a small environment. Use bash 5.2.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = new URL("src/fixtures/", import.meta.url).pathname;
const files =
  process.argv.length > 2 ? process.argv.slice(2) : readdirSync(folder).filter((name) => name.endsWith(".json"));

for (const file of files) {
  const path = file.includes("/") ? file : join(folder, file);
  const fixture = JSON.parse(readFileSync(path, "utf8"));
  for (const one of fixture.cases) {
    const directory = mkdtempSync(join(tmpdir(), "record-"));
    const result = spawnSync("bash", fixture.shell === "sh" ? ["--posix", "-c", one.script] : ["-c", one.script], {
      cwd: directory,
      env: { PATH: process.env.PATH, HOME: "/home/user", LC_ALL: "C.UTF-8" },
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 10_000,
    });
    rmSync(directory, { recursive: true, force: true });
    one.stdout = new TextDecoder("utf-8", { fatal: true }).decode(result.stdout);
    one.status = result.status;
  }
  writeFileSync(path, `${JSON.stringify(fixture, null, 1)}\n`);
}
