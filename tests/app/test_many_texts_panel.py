"""The page Sentences with a classifier, and with many texts at once."""

import pytest

CSV = b"stars,review\n5,the food was great\n1,the staff was rude\n3,the staff\n1,\n"


def said(app) -> str:
    kinds = (app.error, app.warning, app.info, app.markdown, app.caption)
    return " ".join(element.value for kind in kinds for element in kind).replace("\\", "")


def table(app, column="tokens"):
    return next(element.value for element in app.dataframe if column in element.value.columns)


def steps(app):
    return table(app, "known")


@pytest.fixture
def sentences(open_page, classifier_home):
    def open_(run: str = "reviews-gru"):
        return open_page("sentences", home=classifier_home, run=run)

    return open_


def test_a_classifier_is_read_word_by_word(sentences):
    app = sentences()
    app.text_area[0].set_value("the food was great").run()
    assert not app.exception
    found = steps(app)
    assert list(found["token"]) == ["the", "food", "was", "great"]
    assert found["probability of positive"].iloc[-1] > 0.5
    assert (found["probability of positive"] + found["probability of negative"]).tolist() == pytest.approx([1] * 4)
    assert "surprise (nats)" not in found.columns


def test_the_token_clicked_shows_the_classes_so_far(sentences):
    app = sentences()
    app.number_input(key="position").set_value(2).run()
    assert not app.exception
    assert list(table(app, "class").columns) == ["class", "probability"]


def test_the_token_clicked_is_compared_with_its_word(sentences):
    app = sentences()
    app.text_area[0].set_value("the food was great zyzzyvas").run()
    app.number_input(key="position").set_value(1).run()
    found = table(app, "percentile")
    assert len(found) == 6
    assert found["percentile"].between(2, 98).all()
    assert found["response"].abs().is_monotonic_decreasing
    assert not app.exception


def test_a_text_of_unknown_words_only_is_said(sentences):
    app = sentences()
    app.text_area[0].set_value("zyzzyva quux").run()
    assert "Not one word" in said(app)


def test_texts_with_labels_have_a_line_each(sentences):
    app = sentences()
    app.file_uploader(key="many-texts-upload").upload("mine.csv", CSV).run()
    assert "has no column" not in said(app)
    app.selectbox(key="many-texts-column").select("review").run()
    app.selectbox(key="many-texts-labels").select("stars").run()
    assert not app.exception
    assert not app.error
    found = table(app)
    assert list(found["row"]) == [1, 2, 3, 4]
    assert list(found["class"])[:2] == ["positive", "negative"]
    assert list(found["true class"]) == ["positive", "negative", "", "negative"]
    assert found["settled by"].iloc[1] == ["the", "staff", "was", "rude"][int(found["settled at"].iloc[1]) - 1]
    assert "nothing to read" in found["note"].iloc[3]
    assert "1 of them with nothing to read" in said(app)


def test_a_picked_row_is_read_in_full(sentences):
    app = sentences()
    app.file_uploader[0].upload("single.txt", b"some other text").run()
    app.file_uploader(key="many-texts-upload").upload("mine.txt", b"the food was great\nrude and cold food\n").run()
    assert list(steps(app)["token"]) == ["some", "other", "text"]
    # AppTest cannot click on a row: what the click sets off is the page's callback, called as Streamlit would.
    app.session_state["text"] = "rude and cold food"
    app.session_state["text-count"] = 1
    app.session_state["uploads"] = 1
    app.run()
    assert [area.value for area in app.text_area] == ["rude and cold food"]
    assert list(steps(app)["token"]) == ["rude", "and", "cold", "food"]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.csv", b"", "is empty"),
        ("picture.txt", b"\x89PNG\r\n\x1a\n\xff\xfe\0", "not text"),
        ("bad.jsonl", b"{nothing", "is not JSON"),
        ("fake.parquet", b"PAR1 nothing", "not a parquet file"),
        ("heading.csv", b"text\n", "no text that can be taken"),
    ],
)
def test_uploads_of_texts_are_checked(sentences, name, content, sentence):
    app = sentences("toy-words-lstm")
    app.file_uploader(key="many-texts-upload").upload(name, content).run()
    assert not app.exception
    assert sentence in said(app)
    assert "/rnnscope-" not in said(app)  # the folder of a copy that nobody knows


def test_texts_of_a_language_model_have_a_surprise(sentences):
    app = sentences("toy-bytes-gru")
    app.file_uploader(key="many-texts-upload").upload("mine.txt", "the cat\nשלום\nt\n".encode()).run()
    assert not app.exception
    found = table(app)
    assert found["surprise (nats)"].iloc[0] > 0
    assert found["bits per character"].iloc[0] > found["surprise (nats)"].iloc[0]
    assert "nothing to read" in found["note"].iloc[1]
    assert found["tokens"].tolist() == [7, 0, 1]
