"""A line more after pip's own error, where a package exists only for other machines."""

import sys


def apply(module):
    run = module.Command._run_wrapper

    def run_wrapper(self, level_number, options, args):
        status = run(self, level_number, options, args)
        index = sys.modules.get("_vibengine.pip_index")
        if status and index is not None and index.hopeless:
            bundled = index.compiled_names()
            for name, written in index.hopeless.items():
                what = "Of %s only the bundled version has a" if name in bundled else "%s has no"
                module.logger.critical(f"{what} WebAssembly build. Packages with native parts that run here: %s.", written, ", ".join(bundled))
        return status

    module.Command._run_wrapper = run_wrapper
