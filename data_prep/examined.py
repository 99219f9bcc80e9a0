"""What is known about large files from an earlier look, so that an unchanged one is not read again.

A file counts as unchanged when its path, size and time of change are those that were noted, as git and make
have it. Only files that take long to read are noted, and only when they had not just been written: within
the resolution of a file's clock, a change could go unseen.
"""

import json
import os
from dataclasses import asdict
from pathlib import Path

from data_prep.sealed_folder import home
from data_prep.text_source import SourceFile

LARGE = 64 << 20  # bytes
SETTLED = 2_000_000_000  # nanoseconds since the last change
REMEMBERED = 200


def remembered(path: Path, encoding: str | None) -> SourceFile | None:
    """What was noted about an unchanged file, else None."""
    entry = _read().get(_key(path, encoding))
    if not isinstance(entry, dict) or entry.pop("changed", None) != change_of(path):
        return None
    try:
        return SourceFile(path=path, **entry)
    except TypeError:
        return None  # noted by another version: it will be read again


def remember(source: SourceFile, encoding: str | None, changed: list[int], began: int) -> None:
    """Note a large file. `changed`, from `change_of`, was asked before it was read, at `began` nanoseconds."""
    if source.bytes < LARGE or changed != change_of(source.path) or began - changed[1] < SETTLED:
        return
    entry = {name: value for name, value in asdict(source).items() if name != "path"}
    entries = _read() | {_key(source.path, encoding): {**entry, "changed": changed}}
    target = _file()
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(json.dumps(dict(list(entries.items())[-REMEMBERED:])), encoding="utf-8")
        unfinished.replace(target)
    except OSError:
        unfinished.unlink(missing_ok=True)  # the next time it is read once more, that is all


def change_of(path: Path) -> list[int]:
    """Size in bytes, time of change in nanoseconds, and inode; zeros for a file that is not there."""
    try:
        state = path.stat()
    except OSError:
        return [0, 0, 0]
    return [state.st_size, state.st_mtime_ns, state.st_ino]


def _key(path: Path, encoding: str | None) -> str:
    return f"{encoding or ''}:{path.resolve()}"


def _file() -> Path:
    return home() / "examined.json"


def _read() -> dict:
    try:
        found = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
