"""One line more after pip's own error, where a package exists only for other machines."""

import sys


def apply(module):
    run = module.Command._run_wrapper

    def run_wrapper(self, level_number, options, args):
        status = run(self, level_number, options, args)
        index = sys.modules.get("_vibengine.pip_index")
        if status and index is not None and index.hopeless:
            names = ", ".join(index.hopeless.values())
            has = "has" if len(index.hopeless) == 1 else "have"
            module.logger.critical(
                "%s %s no WebAssembly build. Bundled with native parts: %s; other packages must be pure Python.",
                names,
                has,
                ", ".join(index.compiled_names()),
            )
        return status

    module.Command._run_wrapper = run_wrapper
