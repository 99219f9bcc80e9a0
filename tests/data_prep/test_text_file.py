import pytest

from data_prep.errors import UserError
from data_prep.text_file import decode, read_bytes

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06"
TEXT = "Grüße, 👍 שלום\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_with_and_without_a_byte_order_mark(encoding):
    assert decode(TEXT.encode(encoding), "a.txt") == TEXT


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (PNG, "not text in UTF-8"),
        ("Grüße".encode("latin-1"), "not text in UTF-8: byte 2"),
        (b"\xff\xfeab\x00", "not text in UTF-16"),
        (TEXT.encode("utf-16-be"), "not text"),
        ("plain".encode("utf-16-le"), "NUL"),
        ("plain".encode("utf-32"), "NUL"),
        (b"one\0two", "NUL"),
        (b" \t\r\n\xc2\xa0", "nothing but white space"),
        (b"\xef\xbb\xbf", "nothing but white space"),
        (b"\xed\xa0\x80", "not text in UTF-8"),  # half of a surrogate pair
    ],
)
def test_what_is_not_text_is_refused_by_name(raw, reason):
    with pytest.raises(UserError) as caught:
        decode(raw, "strange.bin")
    assert caught.value.message.startswith("strange.bin ")
    assert reason in caught.value.message
    assert caught.value.hint


def test_files_that_cannot_be_read(tmp_path):
    empty = tmp_path / "empty.txt"
    empty.touch()
    below_a_file = empty / "text.txt"
    for path, reason in [
        (empty, "is empty"),
        (tmp_path, "is a folder"),
        (tmp_path / "missing.txt", "no file"),
        (below_a_file, "cannot be read: Not a directory"),
    ]:
        with pytest.raises(UserError, match=reason) as caught:
            read_bytes(path)
        assert str(path) in caught.value.message
        assert caught.value.hint
