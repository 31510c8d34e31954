"""A wheel is installed whole or not at all: METADATA comes last, and a folder without it is no package to pip.

So a kill in the middle leaves files, but nothing that `pip list` or `pip check` takes for installed, and a second try overwrites them. An
error (a full disk, Ctrl-C) takes them away again.
"""

import os

# The file that is being written, which pip records when it is whole.
_unfinished = set()


def _wheel(module):
    save, install = module.ZipBackedFile.save, module._install_wheel

    def save_file(self):
        path = self.dest_path
        is_last = path.endswith(".dist-info/METADATA")
        if is_last:
            if os.path.exists(path):
                os.unlink(path)
            self.dest_path = path + ".part"
        _unfinished.add(self.dest_path)
        save(self)
        _unfinished.clear()
        self.dest_path = path

    def install_wheel(*args, record, **kwargs):
        metadata = os.path.join(record.lib_dir, record.info_dir, "METADATA")
        try:
            install(*args, record=record, **kwargs)
            os.replace(metadata + ".part", metadata)
        except BaseException:
            if record.started:
                _remove({*record.written_paths(), *_unfinished, metadata + ".part"}, record.lib_dir)
            raise

    module.ZipBackedFile.save = save_file
    module._install_wheel = install_wheel


def _remove(paths, top):
    """Takes files away, and the folders that are empty then."""
    folders = set()
    for path in paths:
        try:
            os.unlink(path)
        except OSError:
            pass
        folder = os.path.dirname(path)
        while folder.startswith(top + "/"):
            folders.add(folder)
            folder = os.path.dirname(folder)
    for folder in sorted(folders, key=len, reverse=True):
        try:
            os.rmdir(folder)
        except OSError:
            pass


def _environment(module):
    find = module._DistributionFinder._find_impl

    def find_whole(self, location):
        for dist, info in find(self, location):
            if info is not None and str(info).endswith(".dist-info") and not os.path.exists(os.path.join(str(info), "METADATA")):
                self._found_names.discard(module.get_dist_canonical_name(dist))
                continue
            yield dist, info

    module._DistributionFinder._find_impl = find_whole


def apply(module):
    (_wheel if module.__name__.endswith(".wheel") else _environment)(module)
