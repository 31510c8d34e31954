// Builds dist/: eight ES modules and one declaration file, under fixed names. Each module is complete in itself (no file but index.js
// imports another), because an application's bundler renames every file it finds through `new URL("./x.js", import.meta.url)`
// and would not follow an import inside. Whatever is bundled has its licence gathered in dist/THIRD_PARTY_LICENSES.

import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { rolldown } from "rolldown";
import { dts } from "rolldown-plugin-dts";
import { printSizes } from "./sizes.mjs";

process.chdir(import.meta.dirname);

/** What every bundle here is made with; a warning is an error, but not one about a slow machine. */
const COMMON = /** @type {const} */ ({
  platform: "browser",
  tsconfig: "../../tsconfig.json",
  checks: { bundlerTimings: false },
  onLog: failOnWarning,
});

/** Output name → source. */
const ENTRIES = {
  index: "src/index.ts",
  kernel: "src/kernel/worker.ts",
  process: "src/process/worker.ts",
  shell: "src/shell/worker.ts",
  tools: "src/tools.ts",
  data: "../shell/src/tools/data/index.ts",
  saving: "src/saving.ts",
  packs: "src/packs.ts",
};
/** Those that an application's bundler reads, and may use `import.meta`: it bundles the second where the first imports it. */
const FOR_BUNDLERS = ["index", "packs"];
/** What packages/python built, if it could. */
const PYTHON = "../python/dist";
const PYTHON_FILES = existsSync(PYTHON) ? readdirSync(PYTHON).filter((file) => file !== "key") : [];

// Built aside and put in place at the end, so that dist/ is never half of one build and half of another.
const OUT = ".dist-new";
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT);

const modules = await Promise.all([...Object.entries(ENTRIES).map(buildModule), buildTypes()]);
writeFileSync(join(OUT, "THIRD_PARTY_LICENSES"), licences(modules.flat()));
mkdirSync(join(OUT, "python"));
for (const file of PYTHON_FILES) linkSync(`${PYTHON}/${file}`, join(OUT, "python", file));
rmSync("dist", { recursive: true, force: true });
renameSync(OUT, "dist");
printSizes();

/** Puts a literal for each file of the Python pack in the place of src/packs/python-files.ts. */
function pythonFiles() {
  return {
    name: "python-files",
    /** @param {string} id */
    load(id) {
      if (!id.endsWith("/packs/python-files.ts")) return null;
      const entry = (/** @type {string} */ file) =>
        `${JSON.stringify(file)}: new URL("./python/${file}", import.meta.url).href,`;
      return `export const FILES = {${PYTHON_FILES.map(entry).join("")}};`;
    },
  };
}

/**
 * One self-contained, minified module.
 * @param {[name: string, source: string]} entry
 * @returns {Promise<string[]>} the files that went into it
 */
async function buildModule([name, input]) {
  const bundle = await rolldown({ ...COMMON, input, external: ["./packs.js"], plugins: [pythonFiles()] });
  const { output } = await bundle.generate({ format: "esm", codeSplitting: false, minify: true, sourcemap: "hidden" });
  await bundle.close();
  const [chunk] = output;
  if (chunk.imports.length > 0) throw new Error(`${name}.js is not self-contained: it imports ${chunk.imports}`);
  // The minifier writes `./x.js` in backticks, which not every bundler takes for a literal. The length stays, so the map holds.
  const code = chunk.code.replace(/(new URL|import)\(`([^`$]+)`/g, '$1("$2"');
  checkUrls(name, code);
  writeFileSync(join(OUT, `${name}.js`), `${code.trimEnd()}\n//# sourceMappingURL=${name}.js.map\n`);
  writeFileSync(join(OUT, `${name}.js.map`), JSON.stringify(chunk.map));
  return chunk.moduleIds;
}

/**
 * index.js names the other files by the literal expressions that bundlers look for. Elsewhere `import.meta` would be a
 * syntax error as soon as a bundler makes the kernel a classic script, as webpack and Vite do.
 * @param {string} name
 * @param {string} code
 */
function checkUrls(name, code) {
  if (!FOR_BUNDLERS.includes(name)) {
    if (code.includes("import.meta")) throw new Error(`${name}.js uses import.meta: only index.js may`);
    return;
  }
  if (name !== "index") return;
  for (const other of Object.keys(ENTRIES).filter((entry) => !FOR_BUNDLERS.includes(entry))) {
    const literal = `new URL("./${other}.js",import.meta.url)`;
    if (!code.includes(literal)) throw new Error(`index.js must contain ${literal}, for bundlers to find the file`);
  }
}

/** All public types in one file that needs no other package. */
async function buildTypes() {
  const plugins = [dts({ emitDtsOnly: true, tsconfig: COMMON.tsconfig })];
  const bundle = await rolldown({ ...COMMON, input: ENTRIES.index, plugins });
  const { output } = await bundle.generate({ format: "esm", codeSplitting: false });
  await bundle.close();
  const types = output.find((file) => file.fileName === "index.d.ts");
  if (types?.type !== "chunk") throw new Error("no index.d.ts came out");
  if (types.imports.length > 0) throw new Error(`index.d.ts is not self-contained: it imports ${types.imports}`);
  writeFileSync(join(OUT, "index.d.ts"), types.code);
  return types.moduleIds;
}

/**
 * @param {string} level
 * @param {{ message: string }} log
 */
function failOnWarning(level, log) {
  if (level === "warn") throw new Error(log.message);
}

/**
 * The licence texts of the packages that these files belong to.
 * @param {string[]} files
 */
function licences(files) {
  /** @type {Map<string, string>} */
  const texts = new Map();
  for (const file of files.filter((path) => path.includes("/node_modules/"))) {
    const root = packageOf(file);
    const { name, version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const text = readdirSync(root).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    if (!text) throw new Error(`${name} ${version} has no licence text to pass on`);
    texts.set(`${name} ${version} (${license})`, readFileSync(join(root, text), "utf8").trim());
  }
  const sections = [...texts].sort().map(([title, text]) => `${title}\n${"-".repeat(title.length)}\n\n${text}\n`);
  return ["vibengine contains code of these packages.\n", ...sections].join("\n");
}

/**
 * @param {string} file
 * @returns {string} the folder of the installed package that `file` is in
 */
function packageOf(file) {
  const folder = dirname(file);
  return existsSync(join(folder, "package.json")) && !folder.endsWith("/dist") ? folder : packageOf(folder);
}
