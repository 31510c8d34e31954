// Writes a directory tree as one block of bytes that the kernel reads in place, from shared memory, without unpacking it: README.md has the
// format. Pure bytes to bytes; pack/ calls it.

const HEADER = 24;
const ENTRY = 24;
const DIRECTORY = 1;
const FILE = 2;

/** @typedef {{ name: Uint8Array, parent: number, content: Uint8Array | Node[], first: number }} Entry */
/** @typedef {{ name: Uint8Array, content: Uint8Array | Node[] }} Node */

/**
 * @param {Iterable<[path: string, content: Uint8Array]>} files paths relative to the root, with `/` between names; the directories
 *   they name come along
 * @param {number} mtime of everything, in seconds
 * @returns {Uint8Array}
 */
export function treeImage(files, mtime) {
  const entries = lay(grow(files));
  const namesAt = HEADER + ENTRY * entries.length;
  const dataAt = align(entries.reduce((sum, { name }) => sum + name.length, namesAt));
  const size = entries.reduce((sum, { content }) => sum + (Array.isArray(content) ? 0 : align(content.length)), dataAt);
  if (size >= 2 ** 32) throw new Error(`a tree image holds less than 4 GiB, and this one would have ${size} bytes`);

  const image = new Uint8Array(size);
  const view = new DataView(image.buffer);
  image.set(new TextEncoder().encode("VIBTREE1"));
  for (const [index, word] of [entries.length, dataAt, mtime, 0].entries()) view.setUint32(8 + 4 * index, word, true);

  let nameAt = namesAt;
  let contentAt = dataAt;
  for (const [index, { name, parent, content, first }] of entries.entries()) {
    const at = HEADER + ENTRY * index;
    const directory = Array.isArray(content);
    view.setUint32(at, nameAt, true);
    view.setUint16(at + 4, name.length, true);
    view.setUint16(at + 6, directory ? DIRECTORY : FILE, true);
    view.setUint32(at + 8, parent, true);
    view.setUint32(at + 12, directory ? first : contentAt, true);
    view.setUint32(at + 16, content.length, true);
    image.set(name, nameAt);
    nameAt += name.length;
    if (directory) continue;
    image.set(content, contentAt);
    contentAt += align(content.length);
  }
  return image;
}

/**
 * @param {Iterable<[path: string, content: Uint8Array]>} files
 * @returns {Node[]} what the root holds
 */
function grow(files) {
  /** @typedef {Map<string, Uint8Array | Folder>} Folder */
  /** @type {Folder} */
  const root = new Map();
  for (const [path, content] of files) {
    const names = path.split("/");
    if (names.some((name) => name === "" || name === "." || name === ".."))
      throw new Error(`${path} is no path in a tree`);
    const last = names.pop() ?? "";
    let folder = root;
    for (const name of names) {
      const next = folder.get(name) ?? new Map();
      if (!(next instanceof Map)) throw new Error(`${path} goes through ${name}, which is a file`);
      folder.set(name, next);
      folder = next;
    }
    if (folder.has(last)) throw new Error(`${path} stands in the tree twice`);
    folder.set(last, content);
  }
  return nodes(root);

  /**
   * @param {Folder} folder
   * @returns {Node[]} sorted by the bytes of their names, for the kernel to search by halves
   */
  function nodes(folder) {
    const children = [...folder].map(([name, content]) => {
      const bytes = new TextEncoder().encode(name);
      if (bytes.length > 255) throw new Error(`a name has at most 255 bytes, unlike ${name}`);
      return { name: bytes, content: content instanceof Map ? nodes(content) : content };
    });
    return children.sort((one, other) => compare(one.name, other.name));
  }
}

/**
 * Numbers the tree level by level, so that the children of a directory stand side by side.
 * @param {Node[]} root
 */
function lay(root) {
  /** @type {Entry[]} */
  const entries = [{ name: new Uint8Array(), parent: 0, content: root, first: 0 }];
  // It grows while it is walked.
  for (let index = 0; index < entries.length; index++) {
    const entry = /** @type {Entry} */ (entries[index]);
    if (!Array.isArray(entry.content)) continue;
    entry.first = entries.length;
    for (const { name, content } of entry.content) entries.push({ name, parent: index, content, first: 0 });
  }
  return entries;
}

/**
 * @param {Uint8Array} one
 * @param {Uint8Array} other
 */
function compare(one, other) {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index++) {
    const difference = (one[index] ?? 0) - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

/** @param {number} size */
function align(size) {
  return Math.ceil(size / 8) * 8;
}
