// Makes src/tools/byte-scan-code.ts of byte-scan.wat. A test sees to it that the two agree.

import { readFileSync, writeFileSync } from "node:fs";
import { assemble } from "../../test/support/wat.mjs";

const tools = new URL("src/tools/", import.meta.url);
const code = await assemble(readFileSync(new URL("byte-scan.wat", tools), "utf8"));
const text = Buffer.from(code).toString("base64");
writeFileSync(
  new URL("byte-scan-code.ts", tools),
  `// byte-scan.wat, assembled: run \`node packages/shell/assemble.mjs\` after changing that.\n\nexport const BYTE_SCAN =\n  "${text}";\n`,
);
