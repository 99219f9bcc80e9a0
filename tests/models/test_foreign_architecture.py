import pytest
import torch
from torch import nn

from data_prep.errors import UserError
from models.foreign.architecture import derive
from models.foreign.mapping import Mapping, read_mapping
from models.foreign.reading import read_weights
from models.network import RecurrentLanguageModel

V = 23
MODELS = {  # cell, layers, units, embedding, tied
    "lstm-tied": ("lstm", 2, 12, 12, True),
    "lstm-tied-shared": ("lstm", 2, 9, 9, True),
    "gru-no-bias": ("gru", 1, 9, 7, False),
    "rnn": ("rnn", 2, 9, 7, False),
    "one-hot": ("lstm", 2, 8, "one-hot", False),
    "lstm-cells": ("lstm", 3, 10, 6, False),
    "gru-cells": ("gru", 12, 10, 6, False),
    "batch-first": ("gru", 2, 9, 7, False),
    "stacked": ("lstm", 2, 8, 5, False),
    "data-parallel": ("lstm", 1, 9, 7, False),
    "compiled": ("lstm", 1, 9, 7, False),
    "checkpoint": ("lstm", 3, 9, 7, False),
    "lightning": ("gru", 1, 9, 7, False),
    "half": ("lstm", 1, 9, 7, False),
}


def state_dict(cell="LSTM", layers=2, width=5, units=6, outputs=V, **options) -> dict[str, torch.Tensor]:
    torch.manual_seed(1)
    directions = 2 if options.get("bidirectional") else 1
    parts = {
        "embed": nn.Embedding(V, width),
        "rnn": getattr(nn, cell)(width, units, layers, **options),
        "fc": nn.Linear(units * directions, outputs),
    }
    return {k: v.clone() for name, part in parts.items() for k, v in part.state_dict(prefix=f"{name}.").items()}


def renamed(tensors, **names):
    return {names.get(key.replace(".", "_"), key): tensor for key, tensor in tensors.items()}


def fault(tensors, vocabulary_size=V, **options) -> UserError:
    with pytest.raises(UserError) as caught:
        derive(tensors, vocabulary_size, **options)
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("name", MODELS)
def test_it_predicts_what_the_original_predicts(foreign, name):
    weights, ids, probabilities = foreign(name)
    found = derive(read_weights(weights).tensors, V)
    settings = found.settings
    assert (settings.cell, settings.layers, settings.units, settings.embedding, settings.tied) == MODELS[name]
    assert found.is_language_model
    network = RecurrentLanguageModel(settings, V).eval()
    parameters = dict(network.named_parameters())
    assert set(found.tensors) == set(parameters)
    network.load_state_dict(found.tensors, strict=False)
    ours = network(torch.from_numpy(ids)[:, None])[0][:, 0].softmax(-1)
    assert (ours - torch.from_numpy(probabilities)).abs().max() < 1e-5


def test_the_test_above_would_see_another_network(foreign):
    weights, ids, probabilities = foreign("checkpoint")
    tensors = read_weights(weights).tensors
    name = next(key for key in tensors if key.endswith("weight_ih_l1"))
    tensors[name] = tensors[name].roll(9, 0)  # the gates in another order
    found = derive(tensors, V)
    network = RecurrentLanguageModel(found.settings, V).eval()
    network.load_state_dict(found.tensors)
    ours = network(torch.from_numpy(ids)[:, None])[0][:, 0].softmax(-1)
    assert (ours - torch.from_numpy(probabilities)).abs().max() > 1e-4


@pytest.mark.parametrize("cell", ["RNN", "GRU", "LSTM"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_classifier_shows_in_its_decoder(cell, bidirectional):
    tensors = state_dict(cell, outputs=3, bidirectional=bidirectional)
    for outputs in (None, 3):
        found = derive(tensors, V, outputs=outputs)
        assert (found.outputs, found.is_language_model) == (3, False)
        assert found.settings.bidirectional is bidirectional
    assert "fc.weight is 3 × " in fault(tensors, outputs=4).message


def test_assumptions_are_said():
    assert "tanh is taken" in derive(state_dict("RNN"), V).notes[0]
    without = derive(state_dict("GRU", bias=False), V)
    assert without.notes == ("The recurrent part has no biases: zeros.",)
    assert without.tensors["recurrent.bias_hh_l1"].tolist() == [0.0] * 18
    assert derive(state_dict(), V).notes == ()


def drop(*keys):
    return lambda tensors: [tensors.pop(key) for key in keys]


def transpose(*keys):
    return lambda tensors: tensors.update({key: tensors[key].T.contiguous() for key in keys})


def put(key, *shape):
    return lambda tensors: tensors.update({key: torch.zeros(*shape)})


@pytest.mark.parametrize(
    ("damage", "sentences"),
    [
        (drop("rnn.weight_ih_l1"), ["rnn.weight_ih_l1 is missing, expected 24 × 6"]),
        (drop("rnn.weight_hh_l1"), ["rnn.weight_hh_l1 is missing, expected 24 × 6"]),
        (drop("rnn.weight_hh_l0"), ["rnn.weight_hh_l0 is missing"]),
        (drop("rnn.weight_ih_l0"), ["rnn.weight_ih_l0 is missing"]),
        (drop("rnn.bias_hh_l0"), ["rnn.bias_hh_l0 is missing, expected 24"]),
        (drop("rnn.bias_hh_l0", "rnn.bias_ih_l0"), ["rnn.bias_ih_l0 is missing", "rnn.bias_hh_l0 is missing"]),
        (drop("embed.weight"), ["there is no embedding, expected 23 × 5"]),
        (drop("fc.weight"), ["there is no decoder, expected 23 × 6", "fc.bias (23) has no place"]),
        (transpose("rnn.weight_hh_l0"), ["rnn.weight_hh_l0 is 6 × 24, expected 24 × 6 (it is transposed)"]),
        (transpose("rnn.weight_ih_l0"), ["rnn.weight_ih_l0 is 5 × 24, expected 24 × 5 (it is transposed)"]),
        (
            transpose("rnn.weight_ih_l1", "rnn.weight_hh_l1"),
            ["weight_ih_l1 is 6 × 24, expected 24 × 6 (it is tr", "weight_hh_l1 is 6 × 24, expected 24 × 6 (it is tr"],
        ),
        (transpose("embed.weight"), ["embed.weight is 5 × 23, expected 23 × 5 (it is transposed)"]),
        (transpose("fc.weight"), ["fc.weight is 6 × 23, expected 23 × 6 (it is transposed)"]),
        (put("rnn.weight_hh_l1", 24, 7), ["rnn.weight_hh_l1 is 24 × 7, expected 24 × 6"]),
        (put("rnn.weight_ih_l1", 24, 5), ["rnn.weight_ih_l1 is 24 × 5, expected 24 × 6"]),
        (put("rnn.bias_ih_l1", 18), ["rnn.bias_ih_l1 is 18, expected 24"]),
        (put("fc.bias", 22), ["fc.bias is 22, expected 23"]),
        (put("fc.weight", 23, 5), ["fc.weight is 23 × 5, expected 23 × 6"]),
        (put("embed.weight", 22, 5), ["embed.weight is 22 × 5, expected 23 × 5"]),
        (put("norm.weight", 6), ["norm.weight (6) has no place"]),
        (put("fc2.weight", 9, 23), ["fc2.weight (9 × 23) has no place"]),
        (put("step", ()), ["step (one number) has no place"]),
        (put("rnn.weight_hh_l0", 5, 6, 7), ["rnn.weight_hh_l0 is 5 × 6 × 7, expected H × H (RNN)"]),
        (put("rnn.weight_hh_l0", 10, 5), ["rnn.weight_hh_l0 is 10 × 5, expected H × H (RNN)"]),
        (put("rnn.weight_ih_l0", 24), ["rnn.weight_ih_l0 is 24, expected 24 × inputs"]),
        (put("rnn.weight_hr_l0", 3, 6), ["rnn.weight_hr_l0", "proj_size"]),
        (drop("rnn.weight_ih_l0", "rnn.weight_hh_l0", "rnn.bias_ih_l0", "rnn.bias_hh_l0"), ["none of layer 0"]),
        (put("rnn.weight_hh_l999", 24, 6), ["weights of layer 999 (counted from 0), but none of layer 2"]),
        (lambda tensors: tensors["fc.weight"].fill_(float("nan")), ["The values of fc.weight are not numbers alone"]),
        (lambda tensors: tensors["fc.bias"][:1].fill_(float("inf")), ["The values of fc.bias are not numbers alone"]),
        (
            lambda tensors: tensors.update({"fc.bias": torch.zeros(V, dtype=torch.int64)}),
            ["The values of fc.bias are torch.int64"],
        ),
        (lambda tensors: tensors.clear(), ["There is no nn.RNN"]),
    ],
)
def test_what_does_not_fit_is_named(damage, sentences):
    tensors = state_dict()
    damage(tensors)
    message = fault(tensors).message
    for sentence in sentences:
        assert sentence in message


def test_weights_of_another_vocabulary_are_named():
    message = fault(state_dict(), 30).message
    assert "embed.weight is 23 × 5, expected 30 × 5" in message


def test_a_reverse_direction_must_be_whole():
    tensors = state_dict(bidirectional=True, outputs=3)
    del tensors["rnn.weight_ih_l1_reverse"]
    assert "rnn.weight_ih_l1_reverse is missing, expected 24 × 12" in fault(tensors).message
    for key in [key for key in tensors if "_l0_reverse" in key]:
        del tensors[key]
    assert "rnn.weight_hh_l0_reverse is missing, expected 24 × 6" in fault(tensors).message
    assert "rnn.bias_ih_l0_reverse is missing, expected 24" in fault(tensors).message


def test_many_faults_are_counted():
    tensors = state_dict(layers=8)
    for key in list(tensors):
        if "weight" in key and "l0" not in key:
            tensors[key] = tensors[key][:-1]
    assert "and 8 more" in fault(tensors).message


def test_what_is_ignored_is_left_out_and_said():
    tensors = state_dict() | {"norm.weight": torch.ones(6), "norm.bias": torch.ones(6)}
    assert "norm.weight (6) has no place; norm.bias (6) has no place" in fault(tensors).message
    found = derive(tensors, V, ignored=["norm.*"])
    assert found.notes == ("norm.weight was left out, as you asked.", "norm.bias was left out, as you asked.")
    assert "There is no tensor 'nom.*'" in fault(tensors, ignored=["nom.*"]).message


def test_names_that_say_nothing_are_told_by_shape_or_by_a_mapping():
    names = {"embed_weight": "a.weight", "fc_weight": "b.weight", "fc_bias": "b.bias"}
    told = derive(renamed(state_dict(), **names), V)
    assert (told.keys["embedding.weight"], told.keys["decoder.weight"]) == ("a.weight", "b.weight")
    alike = renamed(state_dict(width=6), **names)
    assert derive(alike, V).keys["decoder.weight"] == "b.weight"  # it has a bias
    del alike["b.bias"]
    error = fault(alike)
    assert "a.weight (23 × 6), b.weight (23 × 6)" in error.message
    assert "mapping" in error.hint
    mapped = derive(alike, V, mapping=Mapping(embedding="b.weight", decoder="a.weight"))
    assert (mapped.keys["embedding.weight"], mapped.keys["decoder.weight"]) == ("b.weight", "a.weight")
    assert derive(alike, V, mapping=Mapping(embedding="b.weight")).keys["decoder.weight"] == "a.weight"
    assert "The mapping names 'c.weight'" in fault(alike, mapping=Mapping(decoder="c.weight")).message


def test_the_innermost_name_decides():
    names = {"embed_weight": "decoder.embed.weight", "fc_weight": "encoder.out.weight"}
    tensors = renamed(state_dict(width=6), **names)
    del tensors["fc.bias"]
    found = derive(tensors, V)
    assert (found.keys["embedding.weight"], found.keys["decoder.weight"]) == tuple(names.values())


def test_a_shared_decoder_is_never_guessed():
    tensors = state_dict(width=6)
    del tensors["fc.weight"]
    assert "there is no decoder" in fault(tensors).message  # it may as well have been lost
    found = derive(tensors, V, mapping=Mapping(embedding="embed.weight", decoder="embed.weight"))
    assert found.settings.tied
    assert torch.equal(found.tensors["decoder.bias"], tensors["fc.bias"])


def test_several_recurrent_parts_are_no_guess():
    tensors = {f"encoder.{k}": v for k, v in nn.LSTM(5, 6).state_dict().items()} | state_dict()
    error = fault(tensors)
    assert "more than one recurrent part: encoder, rnn" in error.message
    found = derive(tensors, V, mapping=Mapping(recurrent="rnn"), ignored=["encoder.*"])
    assert found.settings.layers == 2
    assert "encoder.weight_ih_l0 (24 × 5) has no place" in fault(tensors, mapping=Mapping(recurrent="rnn")).message
    assert "'decoder', which is not there" in fault(tensors, mapping=Mapping(recurrent="decoder")).message


def test_layers_of_unequal_size_are_named():
    tensors = {"emb.weight": torch.zeros(V, 4), "out.weight": torch.zeros(V, 7)}
    for name, cell in (("cells.0", nn.LSTMCell(4, 6)), ("cells.1", nn.LSTMCell(6, 7))):
        tensors |= cell.state_dict(prefix=f"{name}.")
    message = fault(tensors).message
    assert "cells.1.weight_ih is 28 × 6, expected 24 × 6" in message
    assert "out.weight is 23 × 7, expected 23 × 6" in message


def test_a_network_beyond_the_limits_is_a_sentence():
    tensors = state_dict("RNN", layers=17)
    assert "too large: layers = 17" in fault(tensors).message


@pytest.mark.parametrize(
    "content", ["recurrent: rnn\ndecoder: fc.weight\n", '{"recurrent": "rnn", "decoder": "fc.weight"}']
)
def test_a_mapping_is_yaml_or_json(tmp_path, content):
    (tmp_path / "map").write_text(content)
    assert read_mapping(tmp_path / "map") == Mapping(recurrent="rnn", decoder="fc.weight")


def test_a_mapping_may_name_modules_in_turn(tmp_path):
    (tmp_path / "map").write_text("recurrent: [lower, upper]")
    tensors = {k: v for k, v in state_dict().items() if not k.startswith("rnn")}
    tensors |= nn.LSTM(6, 6).state_dict(prefix="upper.") | nn.LSTM(5, 6).state_dict(prefix="lower.")
    assert derive(tensors, V, mapping=read_mapping(tmp_path / "map")).settings.layers == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("embeding: a", "embeding"),
        ("embedding: 3", "embedding"),
        ("nonlinearity: relu", "nonlinearity"),
        ("- a", "is no mapping"),
        ("a: [", "is not YAML"),
        ("!!python/object/apply:os.system [ls]", "is not YAML"),
        ("", "is empty"),
        ("# " + "x" * 100_001, "too long"),
        ("[" * 5000, "is not YAML"),
    ],
)
def test_what_is_no_mapping_is_refused(tmp_path, content, reason):
    (tmp_path / "map").write_text(content)
    with pytest.raises(UserError) as caught:
        read_mapping(tmp_path / "map")
    assert reason in caught.value.message
    assert caught.value.hint
