// Makes src/tools/*-code.ts of the .wat files beside them. A test of each sees to it that the two agree.

import { readFileSync, writeFileSync } from "node:fs";
import { assemble } from "../../test/support/wat.mjs";

const tools = new URL("src/tools/", import.meta.url);
for (const [file, name] of [
  ["byte-scan", "BYTE_SCAN"],
  ["sort-kernel", "SORT_KERNEL"],
]) {
  const code = await assemble(readFileSync(new URL(`${file}.wat`, tools), "utf8"));
  const text = Buffer.from(code).toString("base64");
  writeFileSync(
    new URL(`${file}-code.ts`, tools),
    `// ${file}.wat, assembled: run \`node packages/shell/assemble.mjs\` after changing that.\n\nexport const ${name} =\n  "${text}";\n`,
  );
}
