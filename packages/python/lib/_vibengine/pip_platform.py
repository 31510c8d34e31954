"""Which wheels can run here: pure Python, and what is marked for this very build, whose native parts are linked into the interpreter.

A wheel with native modules of its own has an ABI tag; nothing could load them.
"""

# The build's own name of its platform, as the bundled wheels have it, whatever os.uname says.
PLATFORM = "wasi_0_0_0_wasm32"


def apply(module):
    get_supported = module.get_supported

    def runnable(version=None, platforms=None, impl=None, abis=None):
        if platforms or impl or abis:
            return get_supported(version, platforms, impl, abis)
        return [tag for tag in get_supported(version, [PLATFORM]) if tag.abi == "none"]

    module.get_supported = runnable
