"""Text files of any size that nobody vouched for: examined once, then read block by block.

`examine` reads the whole file before anything is written: its SHA-256, its encoding, and whether it is text
at all. `utf8_blocks` then reads it again as UTF-8 in bounded memory.
"""

import codecs
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from charset_normalizer import from_bytes

from data_prep.errors import UserError
from data_prep.progress import OnProgress, silent
from data_prep.sealed_folder import sha256_of
from data_prep.text_file import BYTE_ORDER_MARKS, WHERE_TEXT_IS_WANTED, read_bytes

BLOCK = 32 << 20  # bytes read at a time
LONGEST_STRETCH = 1 << 20  # bytes without a space or line end: no language has such words
HEAD = 64  # bytes that say what kind of file it is
SAMPLE = 1 << 18  # bytes that the encoding is guessed from
LARGEST_EXPANSION = 100  # text packs about 4 : 1, logs about 20 : 1; a zip bomb 1,000 : 1
HARMLESS = 64 << 20  # expanded bytes below which the ratio does not matter
UTF8 = ("utf-8", "utf-8-sig")
USUAL = "cp1252"  # of what is not Unicode, by far
COMPRESSED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
OTHER_KINDS = {
    b"PK\x03\x04": "a zip archive (Word and Excel files are too)",
    b"%PDF": "a PDF file",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
    b"version https://git-lfs": "a Git LFS pointer: the file itself was never downloaded",
}


@dataclass(frozen=True)
class SourceFile:
    """A file that was examined. bytes and sha256: as it lies on disk; text_bytes: unpacked."""

    path: Path
    bytes: int
    sha256: str
    text_bytes: int
    encoding: str
    compression: str | None


def examine(path: Path, encoding: str | None = None, on_progress: OnProgress = silent) -> SourceFile:
    """Read a file once: digest, size, encoding (`encoding` where it is given, else found out).

    Raises UserError for what is missing, empty, no text, of mixed encodings, or grows without bound when
    unpacked.
    """
    compression = recognise(path)
    if path.suffix.lower() == ".parquet":  # has its own encoding and packing; its reader will check it
        return SourceFile(path, path.stat().st_size, sha256_of(path), path.stat().st_size, "utf-8", None)
    on_disk, digest, scan = path.stat().st_size, hashlib.sha256(), _Utf8Scan()
    for block in raw_blocks(path, compression):
        if not compression:
            digest.update(block)
        if scan.text_bytes == 0:
            encoding = (encoding and encoding.lower()) or next(
                (name for mark, name in BYTE_ORDER_MARKS.items() if block.startswith(mark)), None
            )
        if b"\0" in block and not _is_wide(encoding):
            raise UserError(f"{path} is not text: it has NUL characters, as binary files have.", WHERE_TEXT_IS_WANTED)
        scan.feed(block)
        on_progress(scan.text_bytes / max(on_disk, scan.text_bytes), f"examining {path.name}")
    if compression:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256")
    scan.finish()
    if not scan.visible:
        raise UserError(f"{path} holds nothing but white space.", "Give some text.")
    if encoding is None:
        encoding = "utf-8" if scan.first_bad is None else _guess_encoding(path, scan)
    source = SourceFile(path, on_disk, digest.hexdigest(), scan.text_bytes, encoding, compression)
    if encoding in UTF8 and scan.first_bad is not None:
        raise _not_throughout(source, scan.first_bad)
    if encoding not in UTF8:
        for _ in _transcoded(source):
            pass  # raises where the encoding does not fit, before anything is written
    return source


def beginning(path: Path, encoding: str | None = None) -> tuple[str, str]:
    """(text, encoding) of the first `SAMPLE` bytes, for a look at a file of any size.

    Raises UserError as `examine` does, for what can be seen that early.
    """
    compression = recognise(path)
    block = next(raw_blocks(path, compression, SAMPLE), b"")
    marked = next((name for mark, name in BYTE_ORDER_MARKS.items() if block.startswith(mark)), None)
    scan = _Utf8Scan()
    scan.feed(block)
    chosen = encoding or marked or ("utf-8" if scan.first_bad is None else _guess_encoding(path, scan))
    if b"\0" in block and not _is_wide(chosen):
        raise UserError(f"{path} is not text: it has NUL characters, as binary files have.", WHERE_TEXT_IS_WANTED)
    try:
        return codecs.getincrementaldecoder(chosen)().decode(block), chosen
    except (LookupError, UnicodeError) as error:
        raise UserError(f"{path} cannot be read as {chosen}: {error}.", _NAME_IT) from error


def recognise(path: Path) -> str | None:
    """How a file is packed: `gzip`, `zstd` or None; UserError for what cannot be read as text at all."""
    head = read_bytes(path, HEAD)
    for magic, kind in OTHER_KINDS.items():
        if head.startswith(magic):
            raise UserError(f"{path} is {kind}.", WHERE_TEXT_IS_WANTED)
    return next((name for magic, name in COMPRESSED.items() if head.startswith(magic)), None)


def raw_blocks(path: Path, compression: str | None, size: int = BLOCK) -> Iterator[bytes]:
    """The unpacked bytes of a file, `size` at a time; UserError when it is cut, damaged or a zip bomb."""
    read, limit = 0, max(HARMLESS, LARGEST_EXPANSION * path.stat().st_size)
    try:
        with pa.input_stream(str(path), compression=compression, buffer_size=None) as stream:
            while block := stream.read(size):
                read += len(block)
                if compression and read > limit:
                    raise UserError(
                        f"{path} unpacks to over {limit:,} bytes, {LARGEST_EXPANSION} times its size, as zip bombs do.",
                        "Text packs far less well. Unpack it yourself if you trust it.",
                    )
                yield block
    except OSError as error:
        what = f"cannot be unpacked: it is cut or damaged ({error})" if compression else f"cannot be read: {error}"
        raise UserError(f"{path} {what}.", "Get the file again, or check its permissions.") from error


def utf8_blocks(source: SourceFile, size: int = BLOCK, *, loose: bool = False) -> Iterator[bytes]:
    """The text as UTF-8 without byte order mark, in blocks that end after a space or line feed.

    loose: where there is none for a long stretch, end a block between two characters that can never
    combine (before an ASCII one, or a Chinese one), for text cut into characters; else UserError.
    """
    kept = b""
    for more in _transcoded(source, size):
        block = kept + more
        end = max(block.rfind(b" "), block.rfind(b"\n")) + 1
        if not end and len(block) >= LONGEST_STRETCH:
            end = _end_between_characters(block) if loose else 0
            if not end:
                raise UserError(
                    f"{source.path} has a stretch of more than {LONGEST_STRETCH:,} bytes without a space or line end.",
                    "That is no text of words. Prepare it --as characters or --as bytes.",
                )
        if end:
            yield block[:end]
        kept = block[end:]
    if kept:
        yield kept


class _Utf8Scan:
    """Whether bytes are UTF-8, block after block, and where they stop being so."""

    def __init__(self) -> None:
        self.text_bytes = 0
        self.visible = False
        self.wide_characters = False  # multi-byte sequences that were right: proof that it was meant as UTF-8
        self.first_bad: int | None = None
        self.sample = b""
        self._pending = b""

    def feed(self, block: bytes) -> None:
        """Take in the next block."""
        self.visible = self.visible or bool(block.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"))
        if self.first_bad is None and (self._pending or not block.isascii()):
            data = self._pending + block
            try:
                _, read = codecs.utf_8_decode(data, "strict", False)
                self._pending, good = data[read:], data[:read]
            except UnicodeDecodeError as error:
                self.first_bad = self.text_bytes - len(self._pending) + error.start
                good, rest = data[: error.start], data[data.rfind(b"\n", 0, error.start) + 1 :]
                # Lines of ASCII say nothing about an encoding, but would sway the guess.
                self.sample = b"\n".join(line for line in rest.split(b"\n") if not line.isascii())[:SAMPLE]
            self.wide_characters = self.wide_characters or not good.removeprefix(codecs.BOM_UTF8).isascii()
        self.text_bytes += len(block)

    def finish(self) -> None:
        """A character that the end of the file cuts in two is a fault too."""
        if self.first_bad is None and self._pending:
            self.first_bad, self.sample = self.text_bytes - len(self._pending), self._pending


def _guess_encoding(path: Path, scan: _Utf8Scan) -> str:
    if scan.wide_characters:
        raise UserError(
            f"{path} mixes encodings: UTF-8 up to byte {scan.first_bad:,}, then not.",
            "Save it in one encoding, or name one: --encoding cp1252",
        )
    guesses = from_bytes(scan.sample)
    best = guesses.best()
    if best is None:
        raise UserError(f"{path} is not text in any known encoding (byte {scan.first_bad:,}).", WHERE_TEXT_IS_WANTED)
    # Of a few accents the guesses say little, and cp1250 comes before cp1252 in the alphabet: très would be trčs.
    usual = next((guess for guess in guesses if USUAL in guess.could_be_from_charset), None)
    if usual and usual.percent_chaos <= best.percent_chaos + 10 and usual.percent_coherence >= best.percent_coherence:
        return USUAL
    return best.encoding


def _transcoded(source: SourceFile, size: int = BLOCK) -> Iterator[bytes]:
    blocks = raw_blocks(source.path, source.compression, size)
    if source.encoding in UTF8:
        first = next(blocks, b"")
        while 0 < len(first) < 3 and (more := next(blocks, b"")):
            first += more
        yield first.removeprefix(codecs.BOM_UTF8)
        yield from blocks
        return
    read = 0
    try:
        decoder = codecs.getincrementaldecoder(source.encoding)()
        for block in blocks:
            text = decoder.decode(block)
            if "\0" in text:
                raise UserError(f"{source.path} is not text in {source.encoding}: it has NUL characters.", _NAME_IT)
            yield text.encode("utf-8")
            read += len(block)
        decoder.decode(b"", True)
    except LookupError as error:
        raise UserError(
            f"There is no encoding {source.encoding!r}.", "Such as utf-8, cp1252, koi8-r, gb18030."
        ) from error
    except UnicodeError as error:
        raise _not_throughout(source, read + getattr(error, "start", 0)) from error


def _not_throughout(source: SourceFile, place: int) -> UserError:
    return UserError(
        f"{source.path} is not text in {source.encoding} throughout: byte {place:,} cannot be read.", _NAME_IT
    )


_NAME_IT = "Save it in one encoding, UTF-8 if you can, or name the one it has: --encoding cp1252"


def _end_between_characters(block: bytes) -> int:
    data = np.frombuffer(block, np.uint8)
    # U+4000…U+9FFF begin with 0xE4…0xE9. A line feed, which belongs to its carriage return, is not in here.
    starts = np.flatnonzero((data < 0x80) | ((data >= 0xE4) & (data <= 0xE9)))
    return int(starts[-1]) if len(starts) else 0


def _is_wide(encoding: str | None) -> bool:
    return (encoding or "").lower().replace("_", "-").startswith(("utf-16", "utf-32", "utf16", "utf32"))
