"""Runs the pack's CPython on wasmtime, on the building machine: compiles Python sources and finds the interpreter's signal words.

usage: tool.py MODULE COMPILED FOLDER

MODULE is python.wasm with PyErr_SetInterruptEx exported, COMPILED where its machine code is kept. FOLDER holds `lib/python315.zip`
and `jobs.json`, a list of [source, target, name in tracebacks], with paths relative to it. Writes the targets and `facts.json`.
"""

import json
import os
import pathlib
import struct
import sys

import wasmtime

# Python's compiler recurses; wasmtime's own default is 512 KiB.
STACK_BYTES = 1 << 20

# What runs inside: the compiler of the interpreter that will read the bytecode. Unchecked hash-based files name no time and no size,
# so the same source gives the same bytes.
GUEST = """
import _host, _signal, json, sys
from importlib._bootstrap_external import _code_to_hash_pyc
from importlib.util import source_hash

for source, target, name in json.load(open("/work/jobs.json")):
    with open("/work/" + source, "rb") as file:
        text = file.read()
    code = compile(text, name, "exec", dont_inherit=True, optimize=0)
    with open("/work/" + target, "wb") as file:
        file.write(_code_to_hash_pyc(code, source_hash(text), False))

caught = []
def handler(number, frame):
    caught.append(number)
for number in (2, 15, 10, 12):
    _signal.signal(number, handler)
for number in (2, 15, 10, 12):
    _host.call(json.dumps({"signal": number, "handler": id(handler)}).encode())
    for _ in range(100):
        pass
_host.call(json.dumps({"caught": caught, "builtin": sys.builtin_module_names, "version": sys.version.split()[0]}).encode())
"""


class Failed(Exception):
    """The interpreter is not built as this file expects."""


class Signals:
    """Watches what PyErr_SetInterruptEx writes, one signal at a time."""

    def __init__(self):
        self.tripped = {}
        self.common = None
        self.func = None
        self.thread = None

    def trip(self, caller, number, handler):
        memory = caller["memory"]
        before = memory.read(caller)
        if caller["PyErr_SetInterruptEx"](caller, number) != 0:
            raise Failed(f"PyErr_SetInterruptEx({number}) refused")
        after = memory.read(caller)
        # The stack's words change, too; what counts goes from 0 to something.
        changed = {at: (old, new) for at, old, new in differences(before, after) if old == 0 and new in (1, 2)}
        own = [at for at, (_, new) in changed.items() if new == 1 and word(after, at + 4) == handler]
        if len(own) != 1:
            raise Failed(f"{len(own)} words look like Handlers[{number}].tripped instead of one")
        self.tripped[number] = own[0]
        rest = {at: new for at, (_, new) in changed.items() if at != own[0]}
        self.common = rest if self.common is None else {at: new for at, new in rest.items() if self.common.get(at) == new}
        if len(self.tripped) == 4:
            self.settle(caller, memory, number)

    def settle(self, caller, memory, number):
        """The words that every signal sets are is_tripped and the main thread's eval_breaker; the latter hangs from a pointer."""
        flags = [at for at, new in self.common.items() if new == 1]
        breakers = [at for at, new in self.common.items() if new == 2]
        if len(flags) != 1 or len(breakers) != 1:
            raise Failed(f"expected one is_tripped and one eval_breaker, found {flags} and {breakers}")
        self.flag, breaker = flags[0], breakers[0]
        # Which pointer does the interpreter follow? The one that, bent to an empty place, takes the bit there.
        decoy = 4096
        place = caller["host_alloc"](caller, 2 * decoy)
        memory.write(caller, bytes(2 * decoy), place)
        image = memory.read(caller)
        found = []
        near = range(self.flag - 65536 & ~3, self.flag + 65536, 4)
        for at in near:
            offset = breaker - word(image, at)
            if not 0 <= offset < decoy:
                continue
            memory.write(caller, struct.pack("<I", place), at)
            caller["PyErr_SetInterruptEx"](caller, number)
            hit = word(memory.read(caller, place + offset, place + offset + 4), 0)
            memory.write(caller, struct.pack("<I", word(image, at)), at)
            if hit:
                found.append((at, offset, hit))
        if len(found) != 1:
            raise Failed(f"expected one pointer to the main thread's state, found {found}")
        self.thread, self.offset, self.bit = found[0]

    def facts(self):
        first = self.tripped[2] - 2 * 8
        if any(at != first + 8 * number for number, at in self.tripped.items()):
            raise Failed(f"the tripped words do not stand 8 bytes apart: {self.tripped}")
        return {
            "tripped": first,
            "func": first + 4,
            "stride": 8,
            "isTripped": self.flag,
            "mainThreadState": self.thread,
            "evalBreaker": self.offset,
            "bit": self.bit,
        }


def differences(before, after):
    """Each word that differs, as (address, old, new)."""
    step = 4096
    for start in range(0, len(before), step):
        if before[start : start + step] == after[start : start + step]:
            continue
        for at in range(start, start + step, 4):
            old, new = word(before, at), word(after, at)
            if old != new:
                yield at, old, new


def word(memory, at):
    return struct.unpack_from("<I", memory, at)[0]


def load(engine, module, compiled):
    """The module's machine code takes a minute to make, so it is kept."""
    if compiled.exists():
        try:
            return wasmtime.Module.deserialize_file(engine, str(compiled))
        except wasmtime.WasmtimeError:
            pass  # another processor's, or damaged
    made = wasmtime.Module.from_file(engine, str(module))
    fresh = compiled.with_suffix(".new")
    fresh.write_bytes(made.serialize())
    os.replace(fresh, compiled)
    return made


def main():
    module, compiled, folder = map(pathlib.Path, sys.argv[1:])
    config = wasmtime.Config()
    config.max_wasm_stack = STACK_BYTES
    config.cranelift_opt_level = "none"
    engine = wasmtime.Engine(config)
    linker = wasmtime.Linker(engine)
    linker.define_wasi()
    signals, facts = Signals(), {}

    def call(caller, at, size, _reply, _reply_size):
        memory = caller["memory"]
        message = json.loads(bytes(memory.read(caller, at, at + size)))
        if "signal" in message:
            signals.trip(caller, message["signal"], message["handler"])
        else:
            facts.update(message)
        memory.write(caller, struct.pack("<I", caller["host_alloc"](caller, 8)), _reply)
        memory.write(caller, struct.pack("<I", 0), _reply_size)
        return 0

    i32 = wasmtime.ValType.i32()
    linker.define_func("host", "call", wasmtime.FuncType([i32] * 4, [i32]), call, access_caller=True)
    store = wasmtime.Store(engine)
    wasi = wasmtime.WasiConfig()
    wasi.argv = ["python", "-c", GUEST]
    wasi.inherit_stdout()
    wasi.inherit_stderr()
    wasi.preopen_dir(str(folder / "lib"), "/usr/local/lib")
    wasi.preopen_dir(str(folder), "/work")
    store.set_wasi(wasi)
    exports = linker.instantiate(store, load(engine, module, compiled)).exports(store)
    exports["_initialize"](store)
    status = exports["run"](store)
    if status != 0:
        sys.exit(f"CPython ended with {status} while it compiled {folder / 'jobs.json'}")
    if (caught := facts.pop("caught")) != [2, 15, 10, 12]:
        raise Failed(f"of the signals 2, 15, 10 and 12 it caught {caught}")
    facts["signals"] = signals.facts()
    (folder / "facts.json").write_text(json.dumps(facts))


if __name__ == "__main__":
    try:
        main()
    except Failed as reason:
        sys.exit(f"The interpreter is not the one this build knows: {reason}.")
