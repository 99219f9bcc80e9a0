"""The corpus page: what is prepared, what it is made of, adding one's own."""

import pytest

from data_prep.corpus import list_corpora, open_corpus
from data_prep.labelled import LabelOptions
from data_prep.preparing import prepare_corpus
from data_prep.tokens import Tokenisation

REVIEWS = "stars,text\n" + "".join(
    f"{'good' if n % 4 else 'bad'},number {'x' * (n % 50 + 1)} of {'y' * (n // 50 + 1)}\n" for n in range(200)
)


def said(app) -> str:
    kinds = (app.error, app.warning, app.info, app.success, app.caption, app.metric)
    return " ".join(f"{element.value}" for kind in kinds for element in kind).replace("\\", "")


@pytest.fixture
def home(damaged_home, monkeypatch, tmp_path):
    """A home that a test may add corpora to; one of labelled texts is there already."""
    monkeypatch.setenv("RNNSCOPE_HOME", str(damaged_home))
    monkeypatch.delenv("RNNSCOPE_CORPORA", raising=False)
    (tmp_path / "reviews.csv").write_text(REVIEWS)
    labels = LabelOptions("stars", balance="oversample")
    prepare_corpus(tmp_path / "reviews.csv", Tokenisation(), name="reviews", labels=labels)
    return damaged_home


@pytest.mark.parametrize("name", ["toy-words", "toy-bytes", "reviews"])
def test_every_kind_of_corpus_is_shown(open_page, home, name):
    app = open_page("corpora", home=home, corpus=name)
    assert not app.exception
    corpus = open_corpus(name)
    assert [metric.value for metric in app.metric] == [
        *(f"{len(ids):,}" for ids in corpus.splits.values()),
        f"{len(corpus.vocabulary):,}",
    ]
    table = app.dataframe[0].value
    assert table["occurrences"].is_monotonic_decreasing
    assert table["occurrences"].sum() == sum(corpus.vocabulary.counts)
    assert ("part of speech" in table) == (name != "toy-bytes")
    assert ("Parts of speech: " in said(app)) == (name != "toy-bytes")


def test_classes_are_shown_before_and_after_balancing(open_page, home):
    app = open_page("corpora", home=home, corpus="reviews")
    lengths = app.dataframe[1].value
    assert lengths.query("part == 'train'")["texts"].sum() == 240
    train = app.dataframe[2].value.query("part == 'train'").set_index("class")
    assert train["before"].to_dict() == {"bad": 40, "good": 120}
    assert train["after"].to_dict() == {"bad": 120, "good": 120}


def test_without_a_corpus_the_page_says_so(open_page, tmp_path):
    app = open_page("corpora", home=tmp_path)
    assert not app.exception
    assert "No text is prepared" in said(app)
    assert "ptb" in app.dataframe[0].value["corpus"].tolist()


def test_a_damaged_corpus_is_said(open_page, home):
    (home / "corpora" / "toy-words" / "train.npy").write_bytes(b"")
    app = open_page("corpora", home=home, corpus="toy-words")
    assert not app.exception
    assert "is damaged" in said(app)


def test_an_uploaded_table_becomes_a_balanced_corpus(open_page, home):
    app = open_page("corpora", home=home)
    app.file_uploader[0].upload("My Reviews.csv", REVIEWS.encode()).run()
    assert app.text_input(key="corpus-name").value == "my-reviews"
    app.selectbox(key="corpus-text-column").set_value("text")
    app.selectbox(key="corpus-label-column").set_value("stars").run()
    app.selectbox(key="corpus-balance").set_value("oversample").run()
    assert app.dataframe[-2].value["label"].tolist()[:2] == ["bad", "good"]
    app.button[0].click().run()
    assert not app.exception
    assert "my-reviews is prepared" in said(app)
    assert app.selectbox(key="corpus").value == "my-reviews"
    assert "my-reviews" in app.dataframe[-1].value["corpus"].tolist()
    assert app.button[0].label == "Prepare this corpus"
    corpus = open_corpus("my-reviews")
    assert len(corpus.texts["train"]) == 240
    assert corpus.source["file"] == "my-reviews.csv"


def test_an_uploaded_text_is_shown_as_it_will_be_cut(open_page, home):
    app = open_page("corpora", home=home)
    app.file_uploader[0].upload("mine.txt", b"Don't go, 12 men! <b>x</b>\n" * 30).run()
    assert app.dataframe[-2].value["tokens"][0].startswith("don't · go · , · N · men · ! · <eos> · < · b · >")
    app.segmented_control(key="corpus-unit").set_value("bytes").run()
    assert app.dataframe[-2].value["tokens"][0].startswith("D · o · n · ' · t · ␣ · g")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.txt", b"", "empty"),
        ("picture.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not text"),
        ("nul.txt", b"a\0b" * 9, "NUL"),
        ("../../outside.txt", b"a", "tokens"),
        ("table.csv", b"a,b\n1,2\n", "tokens"),
        ("packed.gz", b"not gzip", "gz"),
    ],
)
def test_a_bad_upload_gets_a_sentence_and_leaves_nothing(open_page, home, name, content, sentence):
    before = list_corpora()
    app = open_page("corpora", home=home)
    app.file_uploader[0].upload(name, content).run()
    if app.button:
        app.button[0].click().run()
    assert not app.exception
    assert sentence in said(app)
    assert "/rnnscope-" not in said(app)
    assert list_corpora() == before


def test_the_first_corpus_is_there_once_it_is_prepared(open_page, tmp_path):
    app = open_page("corpora", home=tmp_path)
    app.file_uploader[0].upload("mine.txt", b"Anna sees Boris. " * 90).run()
    app.button[0].click().run()
    assert not app.exception
    assert "It is chosen above" in said(app)
    assert "No text is prepared" not in said(app)
    assert app.selectbox(key="corpus").value == "mine"


def test_a_vocabulary_without_a_cap_has_no_curve_that_ends_at_one(open_page, home):
    assert "ends at the cap" not in said(open_page("corpora", home=home, corpus="toy-bytes"))
