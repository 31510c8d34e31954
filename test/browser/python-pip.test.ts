// pip as a user types it, with nothing but the pack behind it: no index is reached, and none is needed.

import type { Sandbox } from "vibengine";
import { expect } from "vitest";
import { pythonTest as test } from "./python.ts";
import { newSandbox } from "./sandboxes.ts";

const SITE = "/usr/local/lib/python3.15/site-packages";
const MiB = 1024 * 1024;

/** Nobody listens there, so what would ask an index fails at once. */
const envs = { PIP_INDEX_URL: "http://localhost:1/simple" };

/** Waits until pip has begun to write pandas, then sends the signal; prints pip's status. */
const interrupted = (signal: string) =>
  `pip install -q pandas & pid=$!; until [ -e ${SITE}/pandas/core ] || ! kill -0 $pid; do sleep 0.005; done; kill -${signal} $pid; wait $pid; echo $?`;

async function lines(sandbox: Sandbox, command: string): Promise<string[]> {
  const { stdout } = await sandbox.commands.run(command);
  return stdout.trimEnd().split("\n");
}

test("pandas and numpy come from the pack, and go again", async () => {
  const sandbox = await newSandbox({ envs });
  const before = await sandbox.commands.run("python3 -c 'import pandas'");
  expect(before.stderr).toContain("ModuleNotFoundError: No module named 'pandas'");

  const installed = await sandbox.commands.run("pip install pandas numpy");
  expect(installed).toMatchObject({ exitCode: 0, stderr: "" });
  expect(installed.stdout).toMatch(
    /Downloading pandas-[\d.]+-cp315-none-wasi_0_0_0_wasm32\.whl \(3\.\d MB\)\n +━+ (3\.\d)\/\1 MB/,
  );
  expect(installed.stdout).toMatch(/Successfully installed numpy-\S+ pandas-\S+ python-dateutil-\S+ six-\S+\n/);

  const script =
    "import pandas, io; print(pandas.read_csv(io.StringIO('a,b\\n1,2\\n3,4')).sum().to_list(), pandas.__file__)";
  expect(await lines(sandbox, `python3 -c "${script}"`)).toEqual([`[4, 6] ${SITE}/pandas/__init__.pyc`]);
  const wrong = await sandbox.commands.run("python3 -c 'import pandas; pandas.DataFrame(1)'");
  expect(wrong.stderr).toContain(`File "${SITE}/pandas/core/frame.py", line `);
  expect(wrong.stderr).not.toContain("python315.zip/pandas");
  expect(await lines(sandbox, "pip check")).toEqual(["No broken requirements found."]);
  expect((await lines(sandbox, "pip list")).map((line) => line.split(/\s+/)[0]).slice(2)).toEqual([
    "numpy",
    "pandas",
    "pip",
    "python-dateutil",
    "six",
  ]);
  expect((await lines(sandbox, "pip freeze"))[0]).toMatch(/^numpy==/);
  expect(await lines(sandbox, "pip show pandas")).toContain("Requires: numpy, python-dateutil");

  expect((await sandbox.commands.run("pip uninstall -y pandas")).stdout).toContain("Successfully uninstalled pandas-");
  expect(await lines(sandbox, `python3 -c 'import pandas' 2>&1 | tail -n 1; ls ${SITE} | grep -c pandas`)).toEqual([
    "ModuleNotFoundError: No module named 'pandas'",
    "0",
  ]);
});

test("packages find their native parts and their data", { timeout: 90_000 }, async () => {
  const sandbox = await newSandbox({ envs });
  const names = "matplotlib lxml pillow regex scipy scikit-learn";
  expect((await sandbox.commands.run(`pip install -q ${names}`)).stderr).toBe("");
  await sandbox.files.write(
    "use.py",
    `
import matplotlib
matplotlib.use("agg")
from matplotlib import pyplot
pyplot.plot([1, 2])
pyplot.title("x")
pyplot.savefig("x.png")
from PIL import Image
print(Image.open("x.png").size)
from lxml import etree
print(etree.fromstring("<a><b/></a>").xpath("count(//b)"))
import regex
print(regex.match(r"\\p{L}+", "éa").group())
from scipy import optimize
print(round(optimize.brentq(lambda x: x * x - 4, 0, 9), 6))
from sklearn.datasets import load_iris
from sklearn.neighbors import KNeighborsClassifier
X, y = load_iris(return_X_y=True)
print(KNeighborsClassifier(1).fit(X, y).score(X, y))
`,
  );
  expect(await lines(sandbox, "python3 use.py")).toEqual(["(640, 480)", "1.0", "éa", "2.0", "1.0"]);
});

test("a command of a package runs by its name", async () => {
  const sandbox = await newSandbox({ envs });
  await sandbox.commands.run("pip install -q tabulate");
  expect(await lines(sandbox, "head -n 1 /usr/local/bin/tabulate; printf 'a b\\n' | tabulate -f plain")).toEqual([
    "#!/usr/bin/python3",
    "a  b",
  ]);
});

// Its metadata comes first, and then enough files to be killed among.
const MANY = `
import zipfile
files = {"many-1.0.dist-info/METADATA": "Metadata-Version: 2.1\\nName: many\\nVersion: 1.0\\n",
    "many-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    "many-1.0.dist-info/RECORD": "", **{f"many/{i}.py": f"x = {i}\\n" for i in range(3000)}}
with zipfile.ZipFile("many-1.0-py3-none-any.whl", "w") as out:
    for path, text in files.items():
        out.writestr(path, text)
`;

test("a pip that is killed leaves nothing that counts as installed, and the next one mends it", async () => {
  const sandbox = await newSandbox({ envs });
  await sandbox.files.write("make.py", MANY);
  const killed = `python3 make.py; pip install -q ./many*.whl & pid=$!; until [ -e ${SITE}/many/9.py ] || ! kill -0 $pid; do sleep 0.005; done; kill -KILL $pid`;
  expect(await lines(sandbox, `${killed}; wait $pid; echo $?; ls ${SITE} | grep many`)).toEqual([
    "137",
    "many",
    "many-1.0.dist-info",
  ]);
  expect(await lines(sandbox, "pip list | grep -c many; pip check")).toEqual(["0", "No broken requirements found."]);
  expect((await sandbox.commands.run("pip install ./many*.whl")).stdout).toMatch(/Successfully installed many-1\.0\n/);
  expect(await lines(sandbox, `ls ${SITE}/many | wc -l; pip list | grep many`)).toEqual(["3000", "many    1.0"]);
});

test("Ctrl-C takes away what was written", async () => {
  const sandbox = await newSandbox({ envs });
  expect(await lines(sandbox, `${interrupted("INT")}; ls ${SITE} | grep -c pandas`)).toEqual(["1", "0"]);
});

test("a full disk is an error, and leaves nothing half installed", async () => {
  const sandbox = await newSandbox({ envs, diskSizeBytes: 64 * MiB });
  await sandbox.commands.run("pip install -q numpy python-dateutil");
  const free = Number((await lines(sandbox, "df -k / | tail -n 1 | awk '{print $4}'"))[0]) * 1024;
  await sandbox.commands.run(`head -c ${free - 12 * MiB} /dev/zero > ballast`);
  const full = await sandbox.commands.run("pip install pandas");
  expect(full.exitCode).toBe(1);
  expect(full.stderr).toContain("No space left on device");
  expect(await lines(sandbox, `ls ${SITE} | grep -c pandas; pip check`)).toEqual([
    "0",
    "No broken requirements found.",
  ]);
  expect((await sandbox.commands.run("rm ballast; pip install -q pandas")).exitCode).toBe(0);
});

test("hashes are checked", async () => {
  const sandbox = await newSandbox({ envs });
  await sandbox.commands.run("pip download -q -d wheels six");
  await sandbox.commands.run("pip hash wheels/*.whl | tail -n 1 > hash; echo six==1.17.0 $(cat hash) > right");
  await sandbox.files.write("wrong", `six==1.17.0 --hash=sha256:${"0".repeat(64)}\n`);
  const refused = await sandbox.commands.run("pip install -r wrong");
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain("THESE PACKAGES DO NOT MATCH THE HASHES");
  expect(await lines(sandbox, `ls ${SITE} | grep -c six`)).toEqual(["0"]);
  expect((await sandbox.commands.run("pip install -r right")).exitCode).toBe(0);
});

test("an index that is not there is asked once", async () => {
  const sandbox = await newSandbox({ envs });
  const { exitCode, stderr } = await sandbox.commands.run("pip install six==1.0 tabulate");
  expect(exitCode).toBe(1);
  expect(stderr.match(/^WARNING: Could not fetch URL http:\/\/localhost:1\/simple\/six\//gm)).toHaveLength(1);
  expect(stderr).not.toContain("Retrying");
  expect(stderr).toContain("No matching distribution found for six==1.0");
});

/** What a project brings to be built without any index: the hooks of PEP 517 and 660. */
const BACKEND = `
import os, zipfile
def wheel(folder, files):
    name = "mine-1.0-py3-none-any.whl"
    files = {**files, "mine-1.0.dist-info/METADATA": "Metadata-Version: 2.1\\nName: mine\\nVersion: 1.0\\n",
        "mine-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        "mine-1.0.dist-info/entry_points.txt": "[console_scripts]\\nmine = mine:main\\n"}
    files["mine-1.0.dist-info/RECORD"] = "".join(f"{path},,\\n" for path in [*files, "mine-1.0.dist-info/RECORD"])
    with zipfile.ZipFile(os.path.join(folder, name), "w") as out:
        for path, text in files.items():
            out.writestr(path, text)
    return name
def build_wheel(folder, config_settings=None, metadata_directory=None):
    return wheel(folder, {"mine.py": open("mine.py").read()})
def build_editable(folder, config_settings=None, metadata_directory=None):
    return wheel(folder, {"mine.pth": os.getcwd() + "\\n"})
`;

test("a project's folder is built and installed, also to be edited", async () => {
  const sandbox = await newSandbox({ envs });
  await sandbox.files.write("p/backend.py", BACKEND);
  await sandbox.files.write("p/mine.py", "def main(): print('mine')\n");
  await sandbox.files.write(
    "p/pyproject.toml",
    '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
  );
  expect(await lines(sandbox, "pip install -q ./p && mine")).toEqual(["mine"]);
  expect(
    await lines(
      sandbox,
      "pip uninstall -qy mine; pip install -q -e ./p && sed -i s/\\'mine/\\'edited/ p/mine.py && mine",
    ),
  ).toEqual(["edited"]);
  expect(await lines(sandbox, "pip wheel -q -w wheels ./p && pip install -q --target t wheels/*.whl && ls t")).toEqual([
    "bin",
    "mine-1.0.dist-info",
    "mine.py",
  ]);
});

test("requirements that the bundled version does not meet are not met by it", async () => {
  const sandbox = await newSandbox({ envs });
  const { exitCode, stderr } = await sandbox.commands.run("pip install 'numpy>=99'");
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/Could not find a version that satisfies the requirement numpy>=99 \(from versions: [\d.]+\)/);
});
