import numpy as np
import pytest

from data_prep.errors import UserError
from data_prep.gathering import gather
from data_prep.preparing import prepare_corpus
from data_prep.tokens import Tokenisation


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "texts"
    for place in ("b.txt", "a.txt", "deep/c.txt", "deep/code.py", ".hidden/d.txt", ".dot.txt"):
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"this is {place}\n" * 5)
    return root


def test_a_folder_is_its_files_by_name_without_hidden_ones(folder):
    assert [str(p.relative_to(folder)) for p in gather([folder], "*.txt")] == ["a.txt", "b.txt", "deep/c.txt"]
    assert len(gather([folder])) == 4
    with pytest.raises(UserError, match=r"no file \*\.md"):
        gather([folder], "*.md")


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_link_out_of_the_folder_is_refused(folder, tmp_path, what):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    (folder / "deep" / "link.txt").symlink_to(outside / "secret.txt" if what == "file" else outside)
    with pytest.raises(UserError, match="symbolic link out of the folder"):
        gather([folder], "*.txt")


def test_a_link_inside_the_folder_is_read(folder):
    (folder / "z.txt").symlink_to(folder / "a.txt")
    assert len(gather([folder], "*.txt")) == 4


def test_several_files_are_one_text_and_sentences_end_with_a_file(folder, rnnscope_home):
    (folder / "a.txt").write_text("no end here")
    corpus = prepare_corpus([folder / "a.txt", folder / "b.txt"], Tokenisation(), name="two")
    tokens = [corpus.vocabulary.tokens[i] for i in np.concatenate(list(corpus.splits.values()))]
    assert tokens[:5] == ["no", "end", "here", "<eos>", "this"]
    assert corpus.source["file"] == "2 files from a.txt on"
    assert prepare_corpus([folder / "a.txt", folder / "b.txt"], Tokenisation(), name="two").digest == corpus.digest
    raw = prepare_corpus([folder / "a.txt", folder / "b.txt"], Tokenisation("bytes"), name="raw")
    assert sum(map(len, raw.splits.values())) == sum((folder / n).stat().st_size for n in ("a.txt", "b.txt"))
