// Export and import within one page: what a user sees of them. The formats, and what is refused, are tested beside the sources.

import { InvalidArgumentError, NotEnoughSpaceError, Sandbox, type SandboxOptions } from "vibengine";
import { expect, onTestFinished, test } from "vitest";
import { isSame, newSandbox, rejection } from "./sandboxes.ts";

const MIB = 1024 * 1024;
const LOOK =
  "find / -path /proc -prune -o -print | sort | while IFS= read -r f; do stat -c '%n %F %s %b %a %h %u %g %Y %y %z' \"$f\"; done";

async function imported(archive: Blob, options?: SandboxOptions): Promise<Sandbox> {
  const sandbox = await Sandbox.import(archive, options);
  onTestFinished(() => sandbox.kill());
  return sandbox;
}

test("a copy has everything, is another sandbox, and runs on by itself", async () => {
  const sandbox = await newSandbox({ metadata: { userId: "ada" }, envs: { TOKEN: "t" }, diskSizeBytes: 64 * MIB });
  await sandbox.files.write("random", crypto.getRandomValues(new Uint8Array(50_001)));
  const made = await sandbox.commands.run(
    "mkdir -p empty 'odd name' d; printf x > 'odd name/\u00e9\n*'; ln -s ../random d/soft; ln random d/hard; chmod 4751 random; " +
      "mkfifo fifo; touch -d '2001-02-03 04:05:06.123456789' random; truncate -s 10G holes; printf end >> holes; rm /etc/hosts",
  );
  expect(made.stderr).toBe("");
  const before = await sandbox.commands.run(LOOK);
  const archive = await sandbox.export();
  expect(archive.type).toBe("application/gzip");
  expect(archive.size).toBeLessThan(100_000);
  const copy = await imported(archive);
  expect(copy.sandboxId).not.toBe(sandbox.sandboxId);
  expect((await copy.commands.run(LOOK)).stdout).toBe(before.stdout);
  expect(
    isSame(
      await copy.files.read("d/hard", { format: "bytes" }),
      await sandbox.files.read("random", { format: "bytes" }),
    ),
  ).toBe(true);
  expect(
    (await copy.commands.run("echo $TOKEN; dd if=holes bs=1M skip=10240 status=none; echo x > /dev/null && echo ok"))
      .stdout,
  ).toBe("t\nendok\n");
  expect(await copy.fsck()).toEqual({ problems: [], isClean: true });
  expect((await copy.getInfo()).metadata).toEqual({ userId: "ada" });
  expect((await copy.getMetrics())[0].diskTotal).toBe(64 * MIB);
  // Neither sees what the other does from here on; the copy can be paused like any other.
  await copy.files.write("only here", "yes");
  expect(await sandbox.files.exists("only here")).toBe(false);
  await copy.pause();
  const again = await Sandbox.resume(copy.sandboxId);
  onTestFinished(() => again.kill());
  expect(await again.files.read("only here")).toBe("yes");
});

test("options override what the archive says", async () => {
  const archive = await (
    await newSandbox({ metadata: { a: "1" }, envs: { A: "1" }, diskSizeBytes: 16 * MIB })
  ).export();
  const copy = await imported(archive, {
    metadata: { b: "2" },
    envs: { B: "2" },
    diskSizeBytes: 32 * MIB,
    timeoutMs: 5000,
  });
  const { metadata, envs, endAt, startedAt } = await copy.getInfo();
  expect({ metadata, envs }).toEqual({ metadata: { b: "2" }, envs: { B: "2" } });
  expect((endAt as Date).getTime() - startedAt.getTime()).toBeLessThan(6000);
  expect((await copy.getMetrics())[0].diskTotal).toBe(32 * MIB);
  for (const options of [{ timeoutMs: 0 }, { diskSizeBytes: 1 }, { envs: { "=": "" } }])
    expect(await rejection(Sandbox.import(archive, options))).toBeInstanceOf(InvalidArgumentError);
});

test("what is no archive is refused by a typed error, and nothing of it stays", async () => {
  const before = await Sandbox.list();
  const whole = await (await newSandbox({ diskSizeBytes: 16 * MIB })).export();
  for (const bad of [new Blob(["no archive"]), whole.slice(0, whole.size / 2), new Blob([whole, "more"])]) {
    const error = await rejection(Sandbox.import(bad));
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toMatch(/^the archive can't be imported: /);
  }
  expect(await rejection(Sandbox.import("text" as unknown as Blob))).toBeInstanceOf(InvalidArgumentError);
  expect((await Sandbox.list()).length).toBe(before.length + 1);
});

test("a disk that is too small is refused", async () => {
  const sandbox = await newSandbox({ diskSizeBytes: 16 * MIB });
  await sandbox.files.write("big", new Uint8Array(8 * MIB));
  expect(await rejection(Sandbox.import(await sandbox.export(), { diskSizeBytes: 4 * MIB }))).toBeInstanceOf(
    NotEnoughSpaceError,
  );
});

test("programs run on during an export, and what they write does not spoil it", async () => {
  const sandbox = await newSandbox({ diskSizeBytes: 128 * MIB });
  await sandbox.commands.run(
    "mkdir many; i=0; while [ $i -lt 200 ]; do seq 300 > many/$i; i=$((i+1)); done; head -c 10M /dev/urandom > big",
  );
  const busy = await sandbox.commands.run(
    "i=0; while :; do i=$((i+1)); seq 300 > many/new; mv many/new many/$((i % 200)); mkdir -p a/b; rm -r a; echo $i > count; done",
    { background: true },
  );
  for (let round = 0; round < 2; round++) {
    const counted = await sandbox.files.read("count").catch(() => "0");
    const copy = await imported(await sandbox.export());
    const { stdout } = await copy.commands.run(
      "rm -f many/new; cat many/* | sort | uniq -c | awk '$1 != 200' | wc -l; ls many | wc -l; stat -c %s big",
    );
    expect(stdout).toBe("0\n200\n10485760\n");
    expect(await copy.fsck()).toEqual({ problems: [], isClean: true });
    await expect.poll(async () => Number(await sandbox.files.read("count"))).toBeGreaterThan(Number(counted));
  }
  await busy.kill();
  expect(await sandbox.fsck()).toEqual({ problems: [], isClean: true });
});

test("a pause ends an export, and its snapshot is clean", async () => {
  const sandbox = await newSandbox({ diskSizeBytes: 160 * MIB });
  await sandbox.commands.run("head -c 100M /dev/urandom > bigger; true"); // some seconds of gzip
  const exporting = rejection(sandbox.export());
  await sandbox.commands.run("rm bigger");
  await sandbox.pause();
  expect((await exporting).message).toMatch(/paused/);
  const again = await Sandbox.resume(sandbox.sandboxId);
  onTestFinished(() => again.kill());
  expect(await again.fsck()).toEqual({ problems: [], isClean: true });
});
