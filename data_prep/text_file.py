"""Reading a text file that nobody vouched for."""

from pathlib import Path

from data_prep.errors import UserError

BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}
WHERE_TEXT_IS_WANTED = "Save it as plain text in UTF-8; Word and PDF files are not plain text."


def read_bytes(path: Path, limit: int = -1) -> bytes:
    """The bytes, or the first `limit` of them, of a file that is there, readable and not empty; else UserError."""
    if path.is_dir():
        raise UserError(f"{path} is a folder, not a text file.", "Name one file.")
    try:
        with path.open("rb") as stream:
            raw = stream.read(limit)
    except FileNotFoundError as error:
        raise UserError(f"There is no file {path}.", "Check the path.") from error
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.", "Check the file's permissions.") from error
    if not raw:
        raise UserError(f"{path} is empty.", "Give a file with some text in it.")
    return raw


def decode(raw: bytes, name: str) -> str:
    """Decode UTF-8, or UTF-16 with a byte order mark; UserError for anything that is not text.

    A NUL character is refused too: it means a binary file, or UTF-16 without its mark.
    """
    encoding = next((enc for mark, enc in BYTE_ORDER_MARKS.items() if raw.startswith(mark)), "utf-8")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise UserError(
            f"{name} is not text in {encoding.removesuffix('-sig').upper()}: byte {error.start:,} cannot be read.",
            WHERE_TEXT_IS_WANTED,
        ) from error
    if "\0" in text:
        raise UserError(f"{name} is not text: it has NUL characters, as binary files have.", WHERE_TEXT_IS_WANTED)
    if not text.strip():
        raise UserError(f"{name} holds nothing but white space.", "Give some text.")
    return text
