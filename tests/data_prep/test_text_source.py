"""Files that nobody vouched for: encodings, packing, cuts and bombs."""

import gzip
import hashlib
import random

import pyarrow as pa
import pytest

from data_prep.corpus import list_corpora
from data_prep.errors import UserError
from data_prep.preparing import prepare_corpus
from data_prep.text_source import beginning, examine, utf8_blocks
from data_prep.tokens import Tokenisation

TEXT = "Grüße, naïve Leser! Привет, мир. שלום\n" * 30
RUSSIAN = "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему.\n" * 20
GERMAN = "Er aß größere Äpfel, während die Mädchen über schöne Flüsse und weite Täler erzählten.\n" * 20


def read(path, encoding=None, size=7) -> str:
    return b"".join(utf8_blocks(examine(path, encoding), size)).decode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_marks_are_read_and_dropped(tmp_path, encoding):
    path = tmp_path / "a.txt"
    path.write_bytes(TEXT.encode(encoding))
    for size in (1, 2, 5, 10_000):
        assert b"".join(utf8_blocks(examine(path), size)).decode() == TEXT
    assert examine(path).encoding == encoding
    assert beginning(path)[0].removeprefix("\ufeff") == TEXT


@pytest.mark.parametrize(
    ("text", "encoding", "same"),
    [(RUSSIAN, "koi8-r", {"koi8_r", "koi8_u"}), (RUSSIAN, "cp1251", {"cp1251"}), (GERMAN, "latin-1", None)],
)
def test_other_encodings_are_found_out_and_stated(tmp_path, rnnscope_home, text, encoding, same):
    path = tmp_path / "old.txt"
    path.write_bytes(b"plain at first\n" * 1000 + text.encode(encoding))
    assert read(path).endswith(text)
    corpus = prepare_corpus(path, Tokenisation())
    assert corpus.source["encoding"] == examine(path).encoding
    assert same is None or corpus.source["encoding"] in same


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("text\ncafé bon\n", "latin-1"),
        (
            "Le café est très bon, naïve élève à l'école où ça va; déjà vu, hôtel, Noël, une très belle forêt. ",
            "cp1252",
        ),
        ("It’s a “quoted” café, a naïve text. ", "cp1252"),
        ("El niño comió en la montaña, ¿verdad? Mañana será otro día, señor. ", "cp1252"),
        ("Zażółć gęślą jaźń. Książka leży na stole, a dzieci śpią już w łóżku. ", "cp1250"),
        ("Příliš žluťoučký kůň úpěl ďábelské ódy. ", "cp1250"),
        ("Όλες οι ευτυχισμένες οικογένειες μοιάζουν μεταξύ τους. ", "cp1253"),
    ],
)
def test_a_few_accents_are_read_as_what_they_mostly_are(tmp_path, text, encoding):
    path = tmp_path / "old.txt"
    path.write_bytes(text.encode(encoding))
    assert read(path) == text


def test_a_named_encoding_is_used_and_checked(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("dæg".encode("latin-1"))
    assert read(path, "latin-1") == "dæg"
    with pytest.raises(UserError, match="not text in utf-8 throughout: byte 1"):
        examine(path, "utf-8")
    with pytest.raises(UserError, match="There is no encoding 'klingon'"):
        examine(path, "klingon")


def test_mixed_encodings_are_refused_with_the_place(tmp_path):
    path = tmp_path / "mixed.txt"
    path.write_bytes("größer ".encode() * 10 + "größer".encode("latin-1"))
    with pytest.raises(UserError, match="mixes encodings: UTF-8 up to byte 92"):
        examine(path)


@pytest.mark.parametrize("cut", [1, 2])
def test_a_character_cut_in_two_at_the_end_is_seen(tmp_path, cut):
    path = tmp_path / "cut.txt"
    path.write_bytes(("é " * 20 + "日").encode()[:-cut])
    with pytest.raises(UserError, match="mixes encodings"):
        examine(path)


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_packed_files_are_unpacked_whatever_their_name(tmp_path, rnnscope_home, kind):
    plain, packed = tmp_path / "plain.txt", tmp_path / "packed.bin"
    plain.write_text(TEXT)
    with pa.output_stream(str(packed), compression=kind) as stream:
        stream.write(TEXT.encode())
    source = examine(packed)
    assert (source.compression, source.text_bytes) == (kind, len(TEXT.encode()))
    assert source.sha256 == hashlib.sha256(packed.read_bytes()).hexdigest()
    ours, theirs = (prepare_corpus(path, Tokenisation(), name=path.stem) for path in (plain, packed))
    assert ours.vocabulary == theirs.vocabulary


def test_a_cut_packed_file_is_refused(tmp_path):
    path = tmp_path / "a.gz"
    draw = random.Random(0)
    path.write_bytes(gzip.compress(bytes(draw.choices(b"abcdefgh ", k=100_000)))[:-5000])
    with pytest.raises(UserError, match="cannot be unpacked: it is cut or damaged"):
        examine(path)


def test_a_zip_bomb_is_refused_before_anything_is_written(tmp_path, rnnscope_home):
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"bomb " * (20 << 20)))
    for unit in ("words", "bytes"):
        with pytest.raises(UserError, match=r"unpacks to over .* as zip bombs do"):
            prepare_corpus(path, Tokenisation(unit))
    assert list_corpora() == []


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"PK\x03\x04rest", "zip archive"),
        (b"%PDF-1.7", "PDF"),
        (b"BZh91AY", "bzip2"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "Git LFS pointer"),
    ],
)
def test_other_kinds_are_named(tmp_path, raw, kind):
    path = tmp_path / "text.txt"
    path.write_bytes(raw)
    with pytest.raises(UserError, match=kind):
        examine(path)
