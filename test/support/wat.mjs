// WebAssembly programs for tests, from their text.

import loadWabt from "wabt";

/**
 * The program's bytes, as numbers, which a page can be handed.
 * @param {string} wat
 */
export async function assemble(wat) {
  const { parseWat } = await loadWabt();
  const parsed = parseWat("program.wat", wat, { bulk_memory: true });
  return [...parsed.toBinary({}).buffer];
}
