"""An uploaded file as a file on disk, which is what reads tables and finds out encodings."""

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from streamlit.runtime.uploaded_file_manager import UploadedFile

from data_prep.errors import UserError
from data_prep.sealed_folder import name_from


@contextmanager
def on_disk(upload: UploadedFile, endings: Sequence[str]) -> Iterator[Path]:
    """A temporary copy; its name made safe, with those of the endings that it has, which say what it is.

    What is wrong with it is said of the upload: the folder of the copy is nobody's.
    """
    found = [ending for ending in re.findall(r"\.([a-z]{2,7})", upload.name.lower())[-2:] if ending in endings]
    stem = name_from(upload.name.split(".", maxsplit=1)[0])
    with tempfile.TemporaryDirectory(prefix="rnnscope-") as folder:
        path = Path(folder) / ".".join([stem, *found])
        path.write_bytes(upload.getbuffer())
        try:
            with without_folder(Path(folder)):
                yield path
        except UserError as error:
            raise UserError(error.message.replace(path.name, upload.name), error.hint) from error


@contextmanager
def without_folder(folder: Path) -> Iterator[None]:
    """Errors raised within call the files of a temporary folder by their names: nobody knows the folder."""
    try:
        yield
    except UserError as error:
        inside = re.escape(f"{folder}{os.sep}") + rf"([^\s{re.escape(os.sep)}]+{re.escape(os.sep)})*"
        message, hint = (re.sub(inside, "", said) for said in (error.message, error.hint))
        raise UserError(message, hint) from error
