// What a script needs, as far as its text tells: which packages of the pack it imports, and whether it reads the keyboard. Pure.

/** Module → the package that `pip install` wants. Only packages that come with Python: any other may be none at all. */
const PACKAGES: Record<string, string> = {
  PIL: "pillow",
  bs4: "beautifulsoup4",
  jinja2: "jinja2",
  lxml: "lxml",
  matplotlib: "matplotlib",
  networkx: "networkx",
  numpy: "numpy",
  openpyxl: "openpyxl",
  pandas: "pandas",
  regex: "regex",
  reportlab: "reportlab",
  scipy: "scipy",
  seaborn: "seaborn",
  sklearn: "scikit-learn",
  statsmodels: "statsmodels",
  sympy: "sympy",
  tabulate: "tabulate",
  tqdm: "tqdm",
  yaml: "pyyaml",
};

/** The modules it imports that a package of the pack has, each once. */
export function packagedModules(code: string): string[] {
  const found = [...code.matchAll(/^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import\b|import[ \t]+([^#;\n]+))/gm)].flatMap(
    ([, from, list]) => from ?? list.split(",").map((one) => one.trim().split(/\s/)[0]),
  );
  const modules = found.map((name) => name.split(".")[0]).filter((name) => Object.hasOwn(PACKAGES, name));
  return [...new Set(modules)];
}

export function packageOf(module: string): string {
  return Object.hasOwn(PACKAGES, module) ? PACKAGES[module] : module;
}

/** Whether it calls `input()`, for which a terminal is the place. */
export function asksForInput(code: string): boolean {
  return /^[^#\n]*\binput[ \t]*\(/m.test(code);
}

/** "pandas", "pandas and numpy", "a, b and c". */
export function listed(names: string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
