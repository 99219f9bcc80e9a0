import os
import time

import pytest

from data_prep.errors import UserError
from data_prep.examined import change_of, remember, remembered
from data_prep.preparing import prepare_corpus
from data_prep.text_source import examine
from data_prep.tokens import Tokenisation


@pytest.fixture
def path(tmp_path, rnnscope_home, monkeypatch, make_text):
    monkeypatch.setattr("data_prep.examined.LARGE", 100)
    path = tmp_path / "large.txt"
    path.write_text(make_text(60, 1))
    os.utime(path, (time.time() - 60,) * 2)
    return path


def test_an_unchanged_file_is_not_read_again(path, monkeypatch):
    first = prepare_corpus(path, Tokenisation())

    def never(*_):
        raise AssertionError("read again")

    with monkeypatch.context() as patch:
        patch.setattr("data_prep.preparing.examine", never)
        assert prepare_corpus(path, Tokenisation()).digest == first.digest
        with pytest.raises(AssertionError, match="read again"):
            prepare_corpus(path, Tokenisation(), encoding="latin-1")


def test_a_changed_file_is(path):
    prepare_corpus(path, Tokenisation())
    text = path.read_text()
    path.write_text(text.replace("a", "b"))  # of the same size
    with pytest.raises(UserError, match="another corpus called large"):
        prepare_corpus(path, Tokenisation())


def test_what_is_noted_must_be_settled_large_and_readable(path, rnnscope_home):
    source, changed = examine(path), change_of(path)
    remember(source, None, [0, 0, 0], time.time_ns())
    assert remembered(path, None) is None
    os.utime(path)
    remember(examine(path), None, change_of(path), time.time_ns())
    assert remembered(path, None) is None
    os.utime(path, ns=(changed[1], changed[1]))
    remember(source, None, changed, time.time_ns())
    assert remembered(path, None) == source
    for damage in ("no json", "[]", '{":' + str(path.resolve()) + '": {"changed": ' + str(changed) + "}}"):
        (rnnscope_home / "examined.json").write_text(damage)
        assert remembered(path, None) is None
