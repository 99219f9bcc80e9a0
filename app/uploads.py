"""An uploaded file as a file on disk, which is what reads tables and finds out encodings."""

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
            yield path
        except UserError as error:
            raise UserError(error.message.replace(str(path), upload.name), error.hint) from error
