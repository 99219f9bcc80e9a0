"""Taking in a network from elsewhere on its page, and every page with what was taken in."""

import io
import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from analysis.recording.recorded_states import import_states
from analysis.recording.store import RecordingOptions, record_run
from models.run import open_run
from models.run_folders import run_ids

V = 12
TOKENS = ["<unk>", "<eos>", ".", "the", "cat", "dog", "sees", "hears", "a", "red", "blue", "bird"]
VOCABULARY = json.dumps(TOKENS).encode()


def said(app) -> str:
    kinds = (app.error, app.warning, app.info, app.success, app.caption, app.markdown, app.subheader, app.metric)
    return " ".join(f"{element.value}" for kind in kinds for element in kind).replace("\\", "")


def parts() -> dict[str, nn.Module]:
    torch.manual_seed(0)
    return {"embed": nn.Embedding(V, 4), "lstm": nn.LSTM(4, 6, 2), "fc": nn.Linear(6, V)}


def saved(change=lambda state: None) -> bytes:
    state = {key: value for name, part in parts().items() for key, value in part.state_dict(prefix=f"{name}.").items()}
    change(state)
    content = io.BytesIO()
    torch.save(state, content)
    return content.getvalue()


def claimed() -> bytes:
    network, ids, content = parts(), np.arange(V), io.BytesIO()
    with torch.no_grad():
        hidden, _ = network["lstm"](network["embed"](torch.from_numpy(ids)[:, None]))
        probabilities = network["fc"](hidden)[:, 0].softmax(-1).numpy()
    np.savez(content, ids=ids, probabilities=probabilities)
    return content.getvalue()


def recorded(layers=2) -> bytes:
    draw, content = np.random.default_rng(3), io.BytesIO()
    np.savez(content, tokens=draw.choice(TOKENS, 500), states=draw.normal(size=(500, layers, 6)))
    return content.getvalue()


def text() -> bytes:
    words = np.random.default_rng(0).choice(TOKENS[3:], (90, 5))
    return "\n".join(" ".join(row) + "." for row in words).encode()


@pytest.fixture
def page(open_page, damaged_home, monkeypatch):
    """page(weights, vocabulary, …) → the page after these uploads; a role by its widget's key."""
    monkeypatch.setenv("RNNSCOPE_HOME", str(damaged_home))

    def upload(name="My Net.pt", **files: bytes):
        app = open_page("own_model", home=damaged_home)
        endings = {"weights": name, "vocabulary": "vocabulary.json", "text": "text.txt"}
        endings |= {"check": "check.npz", "mapping": "mapping.yaml", "classes": "classes.txt"}
        for role, content in files.items():
            app.file_uploader(key=f"model-{role}-0").upload(endings[role], content)
        return app.run()

    return upload


@pytest.fixture(autouse=True)
def _nothing_stays_in_temporary_folders(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []


def test_a_network_is_looked_at_kept_and_chosen(page):
    app = page(weights=saved(), vocabulary=VOCABULARY, text=text(), check=claimed())
    assert not app.exception
    assert "LSTM · 2 layers of 6 units · embedding 4 · 12 tokens · language model" in said(app)
    assert "it is the same network." in said(app)
    assert app.dataframe[0].value["in the file"].tolist()[0] == "lstm.weight_ih_l0"
    assert "my-net-lstm-2x6" not in run_ids()
    app.button[0].click().run()
    assert not app.exception
    assert "my-net-lstm-2x6 is kept" in said(app)
    run = open_run("my-net-lstm-2x6")
    assert run.imported["file"] == "my-net.pt"
    assert run.imported["agreement"]["agrees"]
    assert run.test["perplexity"] > 1
    assert not app.button  # the uploads are gone
    assert app.sidebar.selectbox[0].value == "my-net-lstm-2x6"


def test_a_long_test_part_is_not_measured_while_one_waits(page, monkeypatch):
    monkeypatch.setattr("app.panels.training.add_model.MEASURED_UP_TO", 10)
    page(weights=saved(), vocabulary=VOCABULARY, text=text()).button[0].click().run()
    assert open_run("my-net-lstm-2x6").test == {}


def test_another_network_is_said(page):
    other = saved(lambda state: state.update({"lstm.weight_hh_l1": state["lstm.weight_hh_l1"].flip(0)}))
    app = page(weights=other, vocabulary=VOCABULARY, check=claimed())
    assert "That is not the same network. Usual causes" in app.warning[0].value.replace("\\", "")


def test_a_classifier_is_kept_with_its_labelled_texts(page):
    weights = saved(lambda state: state.update({"fc.weight": torch.randn(2, 6), "fc.bias": torch.zeros(2)}))
    app = page(weights=weights, vocabulary=VOCABULARY, classes=b"good\nbad\n")
    assert "LSTM · 2 layers of 6 units · embedding 4 · 12 tokens · 2 classes" in said(app)
    rows = [f"{('bad', 'good')[place % 2]},the {' '.join(['cat'] * place)} sees" for place in range(60)]
    app.file_uploader(key="model-text-0").upload("t.csv", ("stars,text\n" + "\n".join(rows)).encode()).run()
    app.button[0].click().run()
    assert "looked at with labelled texts" in said(app)
    app.text_input(key="model-labels-0").set_value("stars").run()
    app.button[0].click().run()
    assert not app.exception
    run = open_run("my-net-lstm-2x6")
    assert run.classes == ("bad", "good")
    assert "balanced_accuracy" in run.test


def test_states_are_kept(page):
    app = page("walk.npz", weights=recorded())
    assert "states alone · 2 layers of 6 units · hidden · 500 tokens, 12 different" in said(app)
    app.button[0].click().run()
    assert not app.exception
    assert "walk-states-2x6 is kept" in said(app)
    assert open_run("walk-states-2x6").origin == "states"


def test_a_mapping_and_ignored_tensors(page):
    def change(state):
        for key in ("fc.weight", "fc.bias"):
            state[key.replace("fc", "embed_out")] = state.pop(key)
        state["norm.weight"] = torch.ones(6)

    app = page(weights=saved(change), vocabulary=VOCABULARY)
    assert "norm.weight (6) has no place" in said(app)
    app.text_input(key="model-ignored-0").set_value("norm.*").run()
    assert "norm.weight was left out" in said(app)
    app.file_uploader(key="model-mapping-0").upload(
        "m.yaml", b"embedding: embed_out.weight\ndecoder: embed.weight"
    ).run()
    assert "embed_out.weight is 12 × 6, expected 12 × 4" in said(app)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"weights": saved()}, "Add the vocabulary"),
        ({"weights": saved()[:-200], "vocabulary": VOCABULARY}, "cut off"),
        ({"weights": b"", "vocabulary": VOCABULARY}, "is empty"),
        ({"weights": b"MZ\x90\0", "vocabulary": VOCABULARY}, "neither a safetensors file nor one of torch.save"),
        ({"weights": saved(lambda s: s.pop("fc.weight")), "vocabulary": VOCABULARY}, "there is no decoder"),
        ({"weights": saved(), "vocabulary": b'["a"]'}, "embed.weight is 12 × 4, expected 1 × 4"),
        ({"weights": saved(), "vocabulary": b"["}, "is not JSON"),
        ({"weights": saved(), "vocabulary": VOCABULARY, "check": b"PK\x03\x04"}, "no npz of plain arrays"),
        ({"weights": saved(), "vocabulary": VOCABULARY, "classes": b"a\nb\nc"}, "fc.weight is 12 × 6, expected 3 × 6"),
        ({"weights": saved(), "vocabulary": VOCABULARY, "mapping": b"recurrent: gru"}, "'gru', which is not there"),
    ],
)
def test_bad_uploads_are_sentences_and_leave_nothing(page, files, sentence):
    before = run_ids()
    app = page(**files)
    assert not app.exception
    assert sentence in said(app)
    assert not [button for button in app.button if button.label.startswith("Keep")]
    assert run_ids() == before


def test_a_pickle_that_would_run_code_runs_none(page, tmp_path):
    class Trap:
        def __reduce__(self):
            return (Path.mkdir, (tmp_path / "trapped",))

    content = io.BytesIO()
    torch.save({"a": Trap()}, content)
    assert "holds more than tensors" in said(page(weights=content.getvalue(), vocabulary=VOCABULARY))
    assert not (tmp_path / "trapped").exists()


def test_a_bad_name_or_text_keeps_nothing(page):
    app = page(weights=saved(), vocabulary=VOCABULARY, text=b"the cat")
    app.button[0].click().run()
    assert "has only 2 tokens" in said(app)
    name = next(box for box in app.text_input if box.label == "Name")
    name.set_value("toy-words-lstm").run()
    app.button[0].click().run()
    assert "a run called toy-words-lstm already" in said(app)
    assert "my-net-lstm-2x6" not in run_ids()


PAGES = ("overview", "memory_map", "words", "sentences", "generate")
OF_PREDICTIONS = ("interpret", "gates", "errors", "long_range", "models", "dynamics")


def test_every_page_works_with_an_imported_run(page, open_page, damaged_home):
    page(weights=saved(), vocabulary=VOCABULARY, text=text()).button[0].click().run()
    record_run(open_run("my-net-lstm-2x6"), RecordingOptions())
    for name in (*PAGES, "compare", *OF_PREDICTIONS):
        app = open_page(name, home=damaged_home, run="my-net-lstm-2x6")
        assert not app.exception
        assert not app.error
    app = open_page(home=damaged_home, run="my-net-lstm-2x6")
    assert "How it was taken in" in said(app)
    assert "weights from my-net.pt" in said(app)
    assert "nothing proves that it is the same network" in said(app)


def test_recorded_states_alone_write_nothing_and_the_page_says_why(open_page, damaged_home, tmp_path, monkeypatch):
    monkeypatch.setenv("RNNSCOPE_HOME", str(damaged_home))
    source = tmp_path / "states.npz"
    np.savez(source, tokens=np.array(list("abcd") * 100), states=np.ones((400, 5), np.float32))
    run, _ = import_states(source)
    app = open_page("generate", home=damaged_home, run=run.id)
    assert not app.exception
    assert "recorded states without weights" in said(app)


def test_without_a_text_the_pages_say_so(page, open_page, damaged_home):
    page(weights=saved(), vocabulary=VOCABULARY).button[0].click().run()
    assert "How it was taken in" in said(open_page(home=damaged_home, run="my-net-lstm-2x6"))
    for name in (*PAGES[1:4], "compare", "units"):
        app = open_page(name, home=damaged_home, run="my-net-lstm-2x6")
        assert not app.exception
        assert "was imported without a text" in said(app)
    for name in OF_PREDICTIONS:
        assert not open_page(name, home=damaged_home, run="my-net-lstm-2x6").exception
    sentences = open_page("sentences", home=damaged_home, run="my-net-lstm-2x6", text="the cat sat")
    assert not sentences.error
    (steps,) = [frame.value for frame in sentences.dataframe if "surprise (nats)" in frame.value]
    assert steps["token"].tolist()[:3] == ["the", "cat", "sat"]
    assert "gained 1" not in steps
    assert sentences.selectbox(key="quantity")  # every unit along the text
    assert not open_page("generate", home=damaged_home, run="my-net-lstm-2x6").error  # it needs none


@pytest.mark.parametrize("layers", [1, 2])
def test_states_are_looked_at_and_what_needs_a_network_says_so(page, open_page, damaged_home, layers):
    page("walk.npz", weights=recorded(layers)).button[0].click().run()
    run_id = f"walk-states-{layers}x6"
    for name in (*PAGES[:3], "compare", "units"):
        app = open_page(name, home=damaged_home, run=run_id)
        assert not app.exception
        assert not app.error
    for name in PAGES[3:]:
        app = open_page(name, home=damaged_home, run=run_id)
        assert not app.exception
        assert "recorded states without weights" in said(app)
    for name in OF_PREDICTIONS:
        assert not open_page(name, home=damaged_home, run=run_id).exception
    assert "states " in said(open_page(home=damaged_home, run=run_id))


def test_states_are_compared_with_a_run_that_has_weights(page, open_page, damaged_home):
    page("walk.npz", weights=recorded(2)).button[0].click().run()
    for run, other in (("walk-states-2x6", "toy-words-lstm"), ("toy-words-lstm", "walk-states-2x6")):
        for view in ("Memory maps", "Saturation", "One text", "Figures"):
            app = open_page("compare", home=damaged_home, run=run, **{"b-run": other, "b-view": view})
            assert not app.exception
            assert not app.error
        weights = {box.key: box.proto.placeholder for box in app.main.selectbox if "weights" in str(box.key)}
        own = "a-weights" if run.startswith("walk") else "b-weights"
        assert weights == {"a-weights": "best", "b-weights": "best"} | {own: "none"}
