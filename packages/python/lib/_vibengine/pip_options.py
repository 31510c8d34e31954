"""pip's defaults here: no wait for a dead index, wheels before sources, bytecode at the first import. Options and files still decide."""


def _options(cmdoptions):
    cmdoptions.disable_pip_version_check.keywords["default"] = True
    # Build requirements go into a folder by the pip that runs, which has everything loaded; a pip of its own would be a process more.
    cmdoptions.use_new_feature.keywords["default"] = ["inprocess-build-deps"]
    plain = cmdoptions.prefer_binary

    def prefer_binary():
        option = plain()
        option.default = True
        return option

    for group in (cmdoptions.index_group, cmdoptions.package_selection_group):
        group["options"] = [prefer_binary if option is plain else option for option in group["options"]]
    cmdoptions.prefer_binary = prefer_binary


def _install(module):
    """An import writes a module's bytecode beside it, and most modules of most packages are never imported."""
    add_options = module.InstallCommand.add_options

    def add(self):
        add_options(self)
        self.parser.set_default("compile", False)

    module.InstallCommand.add_options = add


def _misc(module):
    """pip knows its own `__main__.py`, which here is bytecode."""
    module.get_prog = lambda: "pip"


APPLY = {"cmdoptions": _options, "install": _install, "misc": _misc}


def apply(module):
    APPLY[module.__name__.rpartition(".")[2]](module)
