// Databases of older versions are read, and written anew in today's format; one of a newer version is refused, and left alone.

import { Sandbox, SandboxError } from "vibengine";
import { expect, onTestFinished, test } from "vitest";
import { rejection } from "./sandboxes.ts";
import { allRecords, fingerprint, putRecords } from "./stored.ts";

const LOOK =
  "stat -c '%n %F %s %a %h %y' * d/* | grep -v '^d ' | sed 's/ [0-9-]* [0-9:.]* +0000$//'; stat -c %y numbers; stat -c %y d; " +
  "readlink d/soft; md5sum numbers; cat later; echo $STAGE";
const SEEN = `d/empty directory 0 755 2
d/hard regular file 108894 4750 2
d/soft symbolic link 10 777 1
later regular file 7 644 1
numbers regular file 108894 4750 2
`;

test.each(["format-1", "format-2"])("a paused sandbox of %s comes back whole, and is saved as today", async (name) => {
  const id = await restore(name);
  expect(await Sandbox.list({ state: "paused", metadata: { userId: "ada" } })).toMatchObject([{ sandboxId: id }]);
  const sandbox = await Sandbox.resume(id);
  onTestFinished(() => sandbox.kill());
  const before = await sandbox.commands.run(LOOK);
  expect(before.stdout).toContain(SEEN.trim().split("\n")[1]);
  expect(before.stdout).toContain(
    "2001-02-03 04:05:06.123456789 +0000\n2002-01-01 00:00:00.000000000 +0000\n../numbers\n",
  );
  expect(before.stdout).toContain("second\ntest\n");
  expect(await sandbox.files.exists("odd nameé")).toBe(false);
  expect(await sandbox.fsck()).toEqual({ problems: [], isClean: true });
  await sandbox.files.write("new", "work");
  await sandbox.pause();
  const again = await Sandbox.resume(id);
  onTestFinished(() => again.kill());
  expect((await again.commands.run(LOOK)).stdout.replace(/^new .*\n/m, "")).toBe(before.stdout);
  await again.kill();
  expect([...(await allRecords()).keys()].filter((key) => key.includes(id))).toEqual([]);
});

test.each(["format-1", "format-2"])("killing a paused sandbox of %s leaves nothing of it", async (name) => {
  const before = (await allRecords()).size;
  const id = await restore(name);
  expect(await Sandbox.kill(id)).toBe(true);
  expect((await allRecords()).size).toBe(before);
});

test("one of a newer version is refused in words, and left as it is", async () => {
  const id = await restore("format-2", { format: 3, surprise: [1, 2, 3] });
  const before = await fingerprint(id);
  const error = await rejection(Sandbox.resume(id));
  expect(error).toBeInstanceOf(SandboxError);
  expect(error.message).toMatch(/format 3.*newer version.*up to format 2.*left as it is/);
  await Sandbox.list();
  await Sandbox.storage();
  const other = await Sandbox.create();
  await other.files.write("x", "y");
  await other.pause();
  await Sandbox.kill(other.sandboxId);
  expect(await fingerprint(id)).toEqual(before);
  expect(await Sandbox.kill(id)).toBe(true);
});

/** Puts a recorded database's records into this page's; the id of its sandbox. `fields` change its manifest. */
async function restore(name: string, fields: object = {}): Promise<string> {
  const response = await fetch(new URL(`../fixtures/databases/${name}.json.gz`, import.meta.url));
  const bytes = new Uint8Array(await response.arrayBuffer());
  const plain = bytes[0] === 0x1f ? new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")) : bytes;
  const records = JSON.parse(await new Response(plain).text(), revive) as [string, unknown][];
  const [key, manifest] = records.find(([each]) => each.startsWith("manifest:"))!;
  const id = key.slice("manifest:".length);
  onTestFinished(async () => void (await Sandbox.kill(id)));
  // A sandbox runs first: whoever has no database yet gets it made.
  await Sandbox.list();
  await putRecords([...records, [key, { ...(manifest as object), ...fields }]]);
  return id;
}

const ARRAYS = { Uint8Array, Uint16Array, Uint32Array };

function revive(_key: string, value: { array?: keyof typeof ARRAYS; base64?: string }): unknown {
  if (typeof value?.base64 !== "string") return value;
  const { buffer } = Uint8Array.from(atob(value.base64), (character) => character.charCodeAt(0));
  return new ARRAYS[value.array!](buffer);
}
