// The sections of a WebAssembly module, as the build of the pack reads and rewrites them: which function has a name, one more
// export, and a memory marked shared. Pure bytes to bytes; pack/ calls it. It understands no more than it needs.

/** @typedef {{ id: number, start: number, end: number }} Section its payload, as offsets in the module */

const CUSTOM = 0;
const MEMORY = 5;
const EXPORT = 7;

/**
 * @param {Uint8Array} module
 * @returns {Section[]} in the order of the file
 */
export function sections(module) {
  const magic = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  if (!magic.every((byte, index) => module[index] === byte))
    throw new Error("this is no WebAssembly module of version 1");
  const found = [];
  for (let at = 8; at < module.length; ) {
    const id = module[at] ?? 0;
    const [size, start] = readUnsigned(module, at + 1);
    if (start + size > module.length) throw new Error(`section ${id} at byte ${at} reaches past the module's end`);
    found.push({ id, start, end: start + size });
    at = start + size;
  }
  return found;
}

/**
 * The module without its custom sections (names, producers, debugging): an engine reads none of them.
 * @param {Uint8Array} module
 * @returns {Uint8Array}
 */
export function withoutCustomSections(module) {
  const kept = sections(module).filter(({ id }) => id !== CUSTOM);
  return join(
    module,
    kept.map((section) => [section.id, module.subarray(section.start, section.end)]),
  );
}

/**
 * The module with its own memory marked shared between threads, as it must be for a kernel to look into it. The interpreter has
 * no thread, so its instructions stay as they are.
 * @param {Uint8Array} module
 * @param {number} maximum in pages of 64 KiB; a shared memory must have one
 * @returns {Uint8Array}
 */
export function withSharedMemory(module, maximum) {
  return replaceSection(module, MEMORY, (payload) => {
    const [count, flagsAt] = readUnsigned(payload, 0);
    const flags = payload[flagsAt];
    const [minimum, end] = readUnsigned(payload, flagsAt + 1);
    if (count !== 1 || flags !== 0 || end !== payload.length) {
      throw new Error(`expected one private memory without a maximum, found ${count} with flags ${flags}`);
    }
    return Uint8Array.from([1, 3, ...unsigned(minimum), ...unsigned(maximum)]);
  });
}

/**
 * The module with one more export.
 * @param {Uint8Array} module
 * @param {string} name
 * @param {number} index of the function
 * @returns {Uint8Array}
 */
export function withExport(module, name, index) {
  return replaceSection(module, EXPORT, (payload) => {
    const [count, rest] = readUnsigned(payload, 0);
    const text = new TextEncoder().encode(name);
    const added = [...unsigned(text.length), ...text, 0, ...unsigned(index)];
    return concat([Uint8Array.from(unsigned(count + 1)), payload.subarray(rest), Uint8Array.from(added)]);
  });
}

/**
 * @param {Uint8Array} module
 * @param {string} wanted
 * @returns {number} the index of the function that the module's name section calls so
 */
export function functionIndex(module, wanted) {
  for (const { id, start, end } of sections(module)) {
    if (id !== CUSTOM) continue;
    const [title, body] = readName(module, start);
    if (title === "name") return findName(module.subarray(0, end), body, wanted);
  }
  throw new Error(`the module has no name section to look up ${wanted} in`);
}

/**
 * @param {Uint8Array} module cut at the name section's end
 * @param {number} at where its subsections begin
 * @param {string} wanted
 */
function findName(module, at, wanted) {
  const FUNCTION_NAMES = 1;
  const target = new TextEncoder().encode(wanted);
  while (at < module.length) {
    const kind = module[at];
    const [size, start] = readUnsigned(module, at + 1);
    if (kind !== FUNCTION_NAMES) {
      at = start + size;
      continue;
    }
    let [left, cursor] = readUnsigned(module, start);
    for (; left > 0; left--) {
      const [index, lengthAt] = readUnsigned(module, cursor);
      const [length, textAt] = readUnsigned(module, lengthAt);
      if (length === target.length && target.every((byte, offset) => module[textAt + offset] === byte)) return index;
      cursor = textAt + length;
    }
    break;
  }
  throw new Error(`no function of the module is called ${wanted}`);
}

/**
 * @param {Uint8Array} module
 * @param {number} wanted
 * @param {(payload: Uint8Array) => Uint8Array} change
 */
function replaceSection(module, wanted, change) {
  const all = sections(module);
  if (!all.some(({ id }) => id === wanted)) throw new Error(`the module has no section ${wanted}`);
  return join(
    module,
    all.map(({ id, start, end }) => {
      const payload = module.subarray(start, end);
      return [id, id === wanted ? change(payload) : payload];
    }),
  );
}

/**
 * @param {Uint8Array} module for its first eight bytes
 * @param {[id: number, payload: Uint8Array][]} parts
 */
function join(module, parts) {
  const chunks = [module.subarray(0, 8)];
  for (const [id, payload] of parts) chunks.push(Uint8Array.from([id, ...unsigned(payload.length)]), payload);
  return concat(chunks);
}

/** @param {Uint8Array[]} chunks */
function concat(chunks) {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/**
 * @param {Uint8Array} bytes
 * @param {number} at
 * @returns {[text: string, end: number]}
 */
function readName(bytes, at) {
  const [length, start] = readUnsigned(bytes, at);
  return [new TextDecoder().decode(bytes.subarray(start, start + length)), start + length];
}

/**
 * LEB128.
 * @param {Uint8Array} bytes
 * @param {number} at
 * @returns {[value: number, end: number]}
 */
function readUnsigned(bytes, at) {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = bytes[at++];
    if (byte === undefined || scale > 2 ** 35) throw new Error(`no number stands at byte ${at - 1} of the module`);
    value += (byte & 127) * scale;
    if (byte < 128) return [value, at];
  }
}

/** @param {number} value */
function unsigned(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}
