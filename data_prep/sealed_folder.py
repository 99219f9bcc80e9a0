"""Sealed folders: how corpora, runs and results are kept on disk.

A sealed folder is written under a temporary name beside its target. When all files are there,
`manifest.json` (kind, schema version, size and SHA-256 of every file) is written last and the
folder is renamed, so that a reader sees either nothing or everything. A folder without a manifest
is unfinished; one whose files differ from the manifest is damaged.
"""

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from data_prep.errors import UserError

MANIFEST = "manifest.json"
NAME_PATTERN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Manifest:
    """What a sealed folder holds. `digest` names its whole content (hexadecimal SHA-256)."""

    kind: str
    schema: int
    digest: str
    files: dict[str, dict[str, Any]]


def home() -> Path:
    """The folder of everything that this user made: `RNNSCOPE_HOME`, or the platform's own."""
    chosen = os.environ.get("RNNSCOPE_HOME")
    return Path(chosen).expanduser() if chosen else platformdirs.user_data_path("rnnscope")


def check_name(name: str, what: str) -> str:
    """Return `name` if it is safe as a folder name, else raise `UserError`."""
    if not NAME_PATTERN.fullmatch(name) or len(name) > 80:
        raise UserError(
            f"{name[:80]!r} cannot name a {what}.",
            "Use up to 80 lower-case letters, digits and single hyphens between them, such as my-text-2.",
        )
    return name


def name_from(text: str) -> str:
    """The nearest valid folder name: `My File.txt` becomes `my-file-txt`."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:80].strip("-") or "unnamed"


@contextmanager
def sealing(target: Path, kind: str, schema: int, *, replace: bool = False) -> Iterator[Path]:
    """Yield an empty folder to fill; on leaving without error it is sealed and becomes `target`.

    Raises UserError when `target` exists (unless `replace`), or when the disk is full or not writable.
    """
    if target.exists() and not replace:
        raise UserError(f"{target} exists already.", "Choose another name, or delete the folder first.")
    temporary = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        yield temporary
        _write_manifest(temporary, kind, schema)
        temporary.chmod(0o755)
        _move_into_place(temporary, target)
    except OSError as error:
        raise UserError(
            f"Cannot write {target}: {error.strerror or error}.",
            "Free some space, or point RNNSCOPE_HOME to a folder that you may write to.",
        ) from error
    finally:
        if temporary is not None and temporary.exists():
            shutil.rmtree(temporary, ignore_errors=True)


def open_sealed(folder: Path, kind: str, schema: int) -> Manifest:
    """Read and verify the manifest of `folder`: every file's presence, size and SHA-256.

    Raises UserError that says whether the folder is missing, unfinished, of another kind or version,
    or damaged, and which file is at fault.
    """
    if not folder.is_dir():
        raise UserError(f"There is no {kind} at {folder}.", "Check the name.")
    manifest_path = folder / MANIFEST
    if not manifest_path.is_file():
        raise UserError(
            f"The {kind} {folder.name} is unfinished: it has no {MANIFEST}.",
            "It was interrupted while being written; delete the folder and make it again.",
        )
    raw = read_json(manifest_path)
    try:
        manifest = Manifest(raw["kind"], raw["schema"], raw["digest"], raw["files"])
        expected = {str(name): (int(entry["bytes"]), str(entry["sha256"])) for name, entry in raw["files"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _damaged(kind, folder, f"{MANIFEST} is not a manifest") from error
    if manifest.kind != kind:
        raise UserError(f"{folder.name} is a {manifest.kind}, not a {kind}.", "Check the name.")
    if manifest.schema != schema:
        raise UserError(
            f"The {kind} {folder.name} has schema version {manifest.schema}; this version of rnnscope reads {schema}.",
            "Make it again with this version, or use the version of rnnscope that wrote it.",
        )
    if digest_of(manifest.files) != manifest.digest:
        raise _damaged(kind, folder, f"{MANIFEST} was altered")
    for name, (size, sha256) in expected.items():
        path = folder / name
        if Path(name).name != name or not path.is_file():
            raise _damaged(kind, folder, f"{name} is missing")
        if path.stat().st_size != size:
            raise _damaged(kind, folder, f"{name} has {path.stat().st_size:,} bytes instead of {size:,}")
        if sha256_of(path) != sha256:
            raise _damaged(kind, folder, f"the content of {name} has changed")
    return manifest


def delete_sealed(folder: Path) -> None:
    """Delete a sealed folder, or what is left of one: it is gone at once, never to be seen by halves.

    Raises UserError where it cannot be written to.
    """
    try:
        shutil.rmtree(_aside(folder))
    except OSError as error:
        raise UserError(
            f"Cannot delete {folder}: {error.strerror or error}.", "Ask for the right to write to that folder."
        ) from error


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest_of(files: dict[str, Any]) -> str:
    """The digest of a folder by its manifest's entries: name → bytes and sha256, in any order."""
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()


def read_json(path: Path) -> Any:
    """The parsed JSON of `path`; UserError when it is not readable JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read as JSON: {error}.", "The file is damaged; make it again.") from error


def write_json(path: Path, value: Any) -> None:
    """Write `value` as UTF-8 JSON."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")


def _write_manifest(folder: Path, kind: str, schema: int) -> None:
    for path in folder.iterdir():
        path.chmod(0o644)  # some writers make files that only their owner can read; a team shares its home folder
    files = {path.name: {"bytes": path.stat().st_size, "sha256": sha256_of(path)} for path in sorted(folder.iterdir())}
    write_json(folder / MANIFEST, {"kind": kind, "schema": schema, "digest": digest_of(files), "files": files})


def _move_into_place(temporary: Path, target: Path) -> None:
    if not target.exists():
        temporary.rename(target)
        return
    old = _aside(target)  # a folder cannot be renamed over a full one
    temporary.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _aside(folder: Path) -> Path:
    """Rename a folder to a place that nobody looks at; returns that place."""
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
    folder.rename(aside / folder.name)
    return aside


def _damaged(kind: str, folder: Path, reason: str) -> UserError:
    return UserError(f"The {kind} {folder.name} is damaged: {reason}.", "Delete the folder and make it again.")
