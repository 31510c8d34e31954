"""Which wheels can run here: pure Python, and what is marked for this very build, whose native parts are linked into the interpreter.

A wheel with native modules of its own has an ABI tag; nothing could load them.
"""


def apply(module):
    get_supported = module.get_supported

    def runnable(version=None, platforms=None, impl=None, abis=None):
        tags = get_supported(version, platforms, impl, abis)
        if platforms or impl or abis:
            return tags
        return [tag for tag in tags if tag.abi == "none"]

    module.get_supported = runnable
