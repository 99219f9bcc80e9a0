import json

import numpy as np
import pytest
import torch

from data_prep.errors import UserError
from models.foreign import agreement
from models.foreign.agreement import Agreement, compare, read_claimed
from models.foreign.architecture import derive
from models.foreign.reading import read_weights
from models.network import RecurrentClassifier, RecurrentLanguageModel
from models.recipe import ModelSettings

V = 23
NAMES = {f"w{place}": place for place in range(V)}


def ids_of(tokens):
    return [NAMES.get(token) for token in tokens]


@pytest.fixture
def known(foreign):
    """(network, ids, probabilities) of one and the same model."""
    weights, ids, probabilities = foreign("lstm-tied")
    found = derive(read_weights(weights).tensors, V)
    network = RecurrentLanguageModel(found.settings, V)
    network.load_state_dict(found.tensors, strict=False)
    return network, ids, probabilities


@pytest.fixture
def claimed(tmp_path):
    def write(as_json=False, classes=None, **arrays):
        path = tmp_path / ("claimed.json" if as_json else "claimed.npz")
        if as_json:
            path.write_text(json.dumps({name: np.asarray(values).tolist() for name, values in arrays.items()}))
        else:
            np.savez(path, **arrays)
        return read_claimed(path, V, ids_of, classes=classes)

    return write


@pytest.fixture
def refused(claimed):
    def check(**arrays) -> UserError:
        with pytest.raises(UserError) as caught:
            claimed(**arrays)
        assert caught.value.hint
        return caught.value

    return check


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("kind", agreement.KINDS)
@pytest.mark.parametrize("named", [False, True])
def test_the_same_model_agrees(known, claimed, as_json, kind, named, monkeypatch):
    monkeypatch.setattr(agreement, "AT_ONCE", 7)
    network, ids, probabilities = known
    values = {"probabilities": probabilities, "log_probabilities": np.log(probabilities)}
    values["logits"] = values["log_probabilities"] + 3.0
    text = {"tokens": [f"w{i}" for i in ids]} if named else {"ids": ids}
    found = compare(network, claimed(as_json, **text, **{kind: values[kind]}))
    assert found.agrees
    assert found.largest < 1e-6
    assert found.rows == len(ids)


def test_dropout_is_off_whatever_the_network_comes_as(known, claimed):
    network, ids, probabilities = known
    network.dropout.p = 0.5
    assert compare(network.train(), claimed(ids=ids, probabilities=probabilities)).agrees


def test_the_largest_difference_is_found_where_it_is(known, claimed, monkeypatch):
    monkeypatch.setattr(agreement, "AT_ONCE", 7)
    network, ids, probabilities = known
    other = probabilities.astype(np.float64)
    other[31, 4] += 3e-4
    other[12, 5] -= 1e-4
    found = compare(network, claimed(ids=ids, probabilities=other))
    assert (found.row, found.column) == (31, 4)
    assert found.largest == pytest.approx(3e-4, rel=1e-3)
    assert found.theirs - found.ours == pytest.approx(3e-4, rel=1e-3)
    assert found.mean == pytest.approx(4e-4 / other.size, rel=1e-2)
    assert not found.agrees


def test_another_order_of_the_vocabulary_does_not_agree(known, claimed):
    network, ids, probabilities = known
    found = compare(network, claimed(ids=ids, probabilities=probabilities[:, ::-1].copy()))
    assert not found.agrees


def test_a_warm_start_does_not_agree(known, claimed):
    network, ids, probabilities = known
    found = compare(network, claimed(ids=ids[5:], probabilities=probabilities[5:]))
    assert not found.agrees
    assert found.row == 0


@pytest.mark.parametrize("bidirectional", [False, True])
def test_classifiers_are_compared_text_by_text(claimed, bidirectional):
    settings = ModelSettings(cell="gru", layers=2, units=6, embedding=5, bidirectional=bidirectional)
    network = RecurrentClassifier(settings, V, 3).eval()
    texts = [np.arange(4), np.arange(9, 20), np.arange(1)]
    with torch.no_grad():
        rows = [network(torch.from_numpy(t)[:, None], torch.tensor([len(t)])).softmax(-1)[0].numpy() for t in texts]
    given = {"ids": np.concatenate(texts), "lengths": np.array([4, 11, 1])}
    found = compare(network, claimed(classes=3, **given, probabilities=np.stack(rows)))
    assert found.agrees
    assert found.rows == 3
    rows[1] = rows[1][::-1]
    found = compare(network, claimed(classes=3, **given, probabilities=np.stack(rows)))
    assert found.row == 1
    assert found.largest > 1e-3
    assert compare(network, claimed(True, classes=3, ids=texts[0], probabilities=rows[0])).agrees  # one text


def test_lengths_must_divide_the_texts(claimed):
    for lengths in ([4, 2], [5, 0], [[5]], [2.5, 2.5]):
        with pytest.raises(UserError, match="the lengths do not divide 5 tokens"):
            claimed(classes=2, ids=np.arange(5), lengths=np.array(lengths), logits=np.zeros((2, 2)))
    with pytest.raises(UserError, match=r"expected \(1, 2\): texts × classes"):
        claimed(classes=2, ids=np.arange(5), logits=np.zeros((5, 2)))


def test_tolerance():
    assert Agreement(1e-4, 0, 0, 0, 0, 0, 1).agrees
    assert not Agreement(1.1e-4, 0, 0, 0, 0, 0, 1).agrees


IDS, FLAT = np.arange(5), np.full((5, V), 1 / V)


@pytest.mark.parametrize(
    ("arrays", "reason"),
    [
        ({"ids": IDS}, "has ids to compare with"),
        ({"probabilities": FLAT}, "has probabilities to compare with"),
        ({"ids": IDS, "probabilities": FLAT, "logits": FLAT}, "has ids, logits, probabilities"),
        ({"ids": IDS, "tokens": ["w1"] * 5, "logits": FLAT}, "has ids, logits, tokens"),
        ({"ids": IDS[:4], "probabilities": FLAT}, "shape (5, 23), expected (4, 23)"),
        ({"ids": IDS, "probabilities": FLAT[:, :22]}, "shape (5, 22), expected (5, 23)"),
        ({"ids": IDS, "probabilities": FLAT[None]}, "shape (1, 5, 23), expected (5, 23)"),
        ({"ids": IDS, "probabilities": FLAT * np.nan}, "some probabilities are no such numbers"),
        ({"ids": IDS, "probabilities": -FLAT}, "some probabilities are no such numbers"),
        ({"ids": IDS, "probabilities": FLAT * 100}, "some probabilities are no such numbers"),
        ({"ids": IDS, "log_probabilities": FLAT}, "some log_probabilities are no such numbers"),
        ({"ids": IDS - 1, "logits": FLAT}, "has ids from -1 to 3"),
        ({"ids": IDS + 19, "logits": FLAT}, "has ids from 19 to 23; the vocabulary has 0 to 22"),
        ({"ids": IDS + 0.0, "logits": FLAT}, "the ids are float64"),
        ({"ids": IDS[:, None], "logits": FLAT}, "the ids are int64 of shape (5, 1)"),
        ({"ids": IDS[:0], "logits": FLAT[:0]}, "the ids are int64 of shape (0,)"),
        ({"tokens": ["w1", "w2", "nope", "w1", "w1"], "logits": FLAT}, "'nope' is not in the vocabulary"),
        ({"tokens": IDS, "logits": FLAT}, "the tokens are int64"),
    ],
)
def test_what_cannot_be_compared_is_refused(refused, arrays, reason):
    assert reason in refused(**arrays).message


def test_rows_that_do_not_sum_to_one_are_named(known, claimed):
    network, ids, probabilities = known
    wrong = probabilities.copy()
    wrong[17] *= 0.5
    with pytest.raises(UserError, match=r"of row 18 sum to 0\.5"):
        compare(network, claimed(ids=ids, probabilities=wrong))


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04junk", b"{", b"[1]", b'{"ids": [[1], 2]}', b'{"ids": ["a"], "logits": 1}', b"[" * 100_000],
)
def test_other_files_are_sentences(tmp_path, content):
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(UserError):
        read_claimed(tmp_path / "a", V, ids_of)


def test_an_npz_of_objects_is_not_unpickled(tmp_path):
    np.savez(tmp_path / "a.npz", ids=np.array([{}, 1], dtype=object), logits=FLAT)
    with pytest.raises(UserError, match="no npz of plain arrays"):
        read_claimed(tmp_path / "a.npz", V, ids_of)


def test_an_npz_that_unpacks_to_a_giant_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(agreement, "LARGEST_BYTES", 1 << 20)
    np.savez_compressed(tmp_path / "a.npz", ids=np.zeros(1 << 20, np.int64))
    assert (tmp_path / "a.npz").stat().st_size < 1 << 16
    with pytest.raises(UserError, match="at most 1 GB"):
        read_claimed(tmp_path / "a.npz", V, ids_of)


def test_a_truncated_npz_is_a_sentence(tmp_path):
    np.savez(tmp_path / "a.npz", ids=IDS, logits=FLAT)
    whole = (tmp_path / "a.npz").read_bytes()
    for length in range(1, len(whole), 37):
        (tmp_path / "a.npz").write_bytes(whole[:length])
        with pytest.raises(UserError):
            read_claimed(tmp_path / "a.npz", V, ids_of)
