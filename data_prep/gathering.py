"""Which files a person means: a file, several, or a folder of them."""

import os
from collections.abc import Sequence
from pathlib import Path

from data_prep.errors import UserError


def gather(paths: Sequence[Path], pattern: str = "*") -> list[Path]:
    """The files that `paths` name, those of a folder (and the folders in it) in the order of their names.

    Hidden files and folders are left out. Raises UserError when there are none, or when a symbolic link
    points out of its folder: it could bring in anything.
    """
    files = []
    for path in paths:
        files += _inside(path, pattern) if path.is_dir() else [path]
    if not files:
        raise UserError(
            f"There is no file {pattern} in {', '.join(map(str, paths))}.", "Name a file, or another folder."
        )
    return files


def _inside(folder: Path, pattern: str) -> list[Path]:
    root, files = folder.resolve(), []
    for place, folders, names in ((Path(top), *rest) for top, *rest in os.walk(folder)):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in (*folders, *sorted(names)):
            path = place / name
            if path.is_symlink() and not path.resolve().is_relative_to(root):
                raise UserError(
                    f"{path} is a symbolic link out of the folder {folder}.", "Remove it, or name the file itself."
                )
        files += [place / n for n in sorted(names) if not n.startswith(".") and (place / n).match(pattern)]
    return [path for path in files if path.is_file()]
