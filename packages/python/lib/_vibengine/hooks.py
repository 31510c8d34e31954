"""Patches modules right after their first import, so that nothing costs anything before it is needed.

`PATCHES` names the module that holds a patch; its `apply(module)` is called once the patched module's own code has run. A patch
may be the whole module, too: where the standard library has none, `_vibengine.replace_NAME` stands in (see `REPLACEMENTS`).
"""

import sys
from _frozen_importlib import ModuleSpec

PATCHES = {
    "asyncio.unix_events": "_vibengine.patch_asyncio",
    "concurrent.futures.process": "_vibengine.patch_multiprocessing",
    "concurrent.futures.thread": "_vibengine.patch_threading",
    "hashlib": "_vibengine.patch_hashlib",
    "http.client": "_vibengine.patch_http",
    "httpcore._backends.auto": "_vibengine.patch_httpcore",
    "httpcore._backends.sync": "_vibengine.patch_httpcore",
    "multiprocessing": "_vibengine.patch_multiprocessing",
    "os": "_vibengine.patch_os",
    "pip._internal.cli.base_command": "_vibengine.pip_hint",
    "pip._internal.cli.cmdoptions": "_vibengine.pip_options",
    "pip._internal.cli.index_command": "_vibengine.pip_session",
    "pip._internal.commands.install": "_vibengine.pip_options",
    "pip._internal.index.collector": "_vibengine.pip_session",
    "pip._internal.index.package_finder": "_vibengine.pip_index",
    "pip._internal.metadata.importlib._envs": "_vibengine.pip_wheel",
    "pip._internal.network.download": "_vibengine.pip_session",
    "pip._internal.network.session": "_vibengine.pip_session",
    "pip._internal.operations.install.wheel": "_vibengine.pip_wheel",
    "pip._internal.utils.compatibility_tags": "_vibengine.pip_platform",
    "pip._internal.utils.misc": "_vibengine.pip_options",
    "pip._vendor.cachecontrol.filewrapper": "_vibengine.pip_session",
    "pip._vendor.rich.live": "_vibengine.patch_rich",
    "pip._vendor.rich.progress": "_vibengine.patch_rich",
    "pip._vendor.urllib3.connection": "_vibengine.patch_urllib3",
    "queue": "_vibengine.patch_threading",
    "rich.live": "_vibengine.patch_rich",
    "rich.progress": "_vibengine.patch_rich",
    "signal": "_vibengine.patch_signal",
    "socket": "_vibengine.patch_socket",
    "ssl": "_vibengine.patch_ssl",
    "subprocess": "_vibengine.patch_subprocess",
    "threading": "_vibengine.patch_threading",
    "tqdm.std": "_vibengine.patch_tqdm",
    "traceback": "_vibengine.patch_traceback",
    "urllib3.connection": "_vibengine.patch_urllib3",
}

# Modules that this build of CPython lacks: their name, and the module here that is imported under it.
REPLACEMENTS = {
    "_ssl": "_vibengine.replace_ssl",
    "_posixsubprocess": "_vibengine.replace_posixsubprocess",
    "fcntl": "_vibengine.replace_fcntl",
    "grp": "_vibengine.replace_grp",
    "pwd": "_vibengine.replace_pwd",
    "resource": "_vibengine.replace_resource",
    "termios": "_vibengine.replace_termios",
    "venv": "_vibengine.replace_venv",
}


def _apply(name, module):
    patch = PATCHES.pop(name, None)
    if patch is not None:
        __import__(patch)
        sys.modules[patch].apply(module)


class _Patching:
    """A loader that is the true one until its module has run, and then applies the patch."""

    def __init__(self, loader):
        self._loader = loader

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        spec = module.__spec__
        spec.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        _apply(spec.name, module)


class Finder:
    """Stands first on sys.meta_path and leaves every module without a patch to the finders behind it."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name not in PATCHES:
            return None
        for finder in sys.meta_path:
            if finder is cls or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                if hasattr(spec.loader, "exec_module"):
                    spec.loader = _Patching(spec.loader)
                return spec
        return None


class Replacing:
    """Stands last on sys.meta_path and finds the modules that this build lacks."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name not in REPLACEMENTS:
            return None
        return ModuleSpec(name, cls, origin="built-in")

    @staticmethod
    def create_module(spec):
        return None

    @staticmethod
    def exec_module(module):
        """Runs the replacement's code as the module of the name that was asked for."""
        exec(Replacing.get_code(module.__name__), module.__dict__)

    @staticmethod
    def is_package(name):
        return False

    @staticmethod
    def get_code(name):
        from importlib.util import find_spec

        replacement = REPLACEMENTS[name]
        return find_spec(replacement).loader.get_code(replacement)

    @staticmethod
    def get_source(name):
        return None


def install():
    """Puts the finders in place; what has been imported already is patched now."""
    sys.meta_path.insert(0, Finder)
    sys.meta_path.append(Replacing)
    for name in [name for name in PATCHES if name in sys.modules]:
        _apply(name, sys.modules[name])
