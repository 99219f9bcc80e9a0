"""What network a state dict is: cell, sizes, layers, biases, tying and direction from names and shapes.

torch keeps of every recurrent layer (G = 1 for an RNN, 3 for a GRU, 4 for an LSTM; D = 2 when bidirectional):

    weight_ih (G·H, inputs)   weight_hh (G·H, H)   bias_ih, bias_hh (G·H,)
    inputs of layer 1: the embedding's width E, or V for one-hot vectors; of the layers above it: D·H

and embedding (V, E), decoder (V, D·H), or (C, D·H) for a classifier. What is the recurrent part shows in the
names; what is embedding and decoder in names and shapes, and where those leave a choice the mapping decides.
A ReLU network has the shapes of a tanh network: it cannot be told, tanh is taken.
"""

import fnmatch
import re
from collections.abc import Collection
from dataclasses import dataclass

import torch
from pydantic import ValidationError
from torch import Tensor

from data_prep.errors import UserError
from models.foreign.mapping import Mapping
from models.foreign.roles import Roles, find_roles
from models.foreign.shapes import ShapeCheck, shown
from models.recipe import CellName, ModelSettings

GATES: dict[int, CellName] = {1: "rnn", 3: "gru", 4: "lstm"}
WEIGHTS, BIASES = ("weight_ih", "weight_hh"), ("bias_ih", "bias_hh")
HINT = "Give the whole state dict of an embedding, a recurrent part and a decoder; --ignore KEY leaves a tensor out."
_RECURRENT = re.compile(
    r"(?P<module>.*?)\.?(?P<what>(?:weight|bias)_(?:ih|hh)|weight_hr)(?:_l(?P<layer>\d{1,3})(?P<reverse>_reverse)?)?"
)


@dataclass(frozen=True)
class ForeignNetwork:
    """A network as it was found.

    settings: the architecture. outputs: of the decoder, V or the number of classes. tensors: by the names that
    `RecurrentNetwork` gives them, float32; biases that were not there are zeros. keys: name → key in the file.
    notes: what was assumed, one sentence each.
    """

    settings: ModelSettings
    vocabulary_size: int
    outputs: int
    tensors: dict[str, Tensor]
    keys: dict[str, str]
    notes: tuple[str, ...]

    @property
    def is_language_model(self) -> bool:
        """Whether the decoder gives one output per token."""
        return self.outputs == self.vocabulary_size


@dataclass(frozen=True)
class _Recurrent:
    cell: CellName
    units: int
    inputs: int
    layers: int
    bidirectional: bool
    biased: bool
    keys: dict[str, str]  # rnnscope's name → key


def derive(
    tensors: dict[str, Tensor],
    vocabulary_size: int,
    *,
    outputs: int | None = None,
    mapping: Mapping = Mapping(),  # noqa: B008 (frozen)
    ignored: Collection[str] = (),
) -> ForeignNetwork:
    """Find out what network `tensors` are, for a vocabulary of V tokens.

    outputs: of a classifier, the number of classes; by default the decoder decides. ignored: keys, or patterns such as
    `encoder.*`, that are left out.

    Raises UserError that names every tensor that is missing, too many or of another shape, with the shape found
    and the shape expected, and what a mapping must say where names and shapes leave a choice.
    """
    left_out = {pattern: fnmatch.filter(tensors, pattern) for pattern in ignored}
    if unknown := [pattern for pattern, keys in left_out.items() if not keys]:
        raise UserError(f"There is no tensor {unknown[0]!r} to ignore.", f"There are: {_listed(list(tensors))}.")
    ignored = {key for keys in left_out.values() for key in keys}
    tensors = {key: tensor for key, tensor in tensors.items() if key not in ignored}
    check = ShapeCheck(tensors)
    recurrent = _recurrent(tensors, mapping, check)
    rest = {key: tensor for key, tensor in tensors.items() if key not in recurrent.keys.values()}
    width = recurrent.units * (2 if recurrent.bidirectional else 1)
    roles = find_roles(rest, mapping, vocabulary_size, recurrent.inputs, width, outputs)
    keys = dict(recurrent.keys)
    if roles.embedding:
        check.take(roles.embedding, (vocabulary_size, recurrent.inputs))
        keys["embedding.weight"] = roles.embedding
    elif recurrent.inputs != vocabulary_size:
        check.missing("embedding", f"{vocabulary_size:,} × {recurrent.inputs:,}")
    found_outputs = _outputs(rest, roles, vocabulary_size, width, outputs)
    if roles.decoder:
        check.take(roles.decoder, (found_outputs, width))
        keys["decoder.weight"] = roles.decoder
        if roles.decoder_bias:
            check.take(roles.decoder_bias, (found_outputs,))
            keys["decoder.bias"] = roles.decoder_bias
    else:
        check.missing(
            "decoder", f"{shown((found_outputs, width))} (a shared one: map embedding and decoder to one key)"
        )
    check.refuse_extra([key for key in rest if key not in keys.values()])
    check.settle(HINT)
    return _assembled(tensors, recurrent, keys, vocabulary_size, found_outputs, ignored)


def _recurrent(tensors: dict[str, Tensor], mapping: Mapping, check: ShapeCheck) -> _Recurrent:
    """Find the recurrent layers and check that each has all its tensors, in the shapes that go together."""
    modules = _modules(tensors)
    layers: list[dict[str, dict[str, str]]] = []  # per layer, direction ("" or "_reverse") → what → key
    for name in _chosen_modules(modules, mapping):
        module = modules[name]
        for place in range(max(module) + 1):
            if place not in module:
                raise UserError(
                    f"{name or 'The recurrent part'} has weights of layer {max(module)} (counted from 0), but none of "
                    f"layer {place}.",
                    HINT,
                )
            layers.append(module[place])
    for parts in layers:
        for what in (part for direction in parts.values() for part in direction.items() if part[0] == "weight_hr"):
            raise UserError(
                f"{what[1]}: an LSTM with projections (proj_size) cannot be run.", "rnnscope runs LSTMs without."
            )
    cell, units = _cell_of(layers[0], tensors)
    gates = next(count for count, name in GATES.items() if name == cell)
    bidirectional = any("_reverse" in parts for parts in layers)
    biased = any(what in BIASES for parts in layers for direction in parts.values() for what in direction)
    inputs = first_inputs = _inputs_of(layers[0][""], tensors, gates * units)
    keys = {}
    for place, parts in enumerate(layers):
        template = next(iter(next(iter(parts.values())).values()))
        for direction in ("", "_reverse") if bidirectional else ("",):
            shapes = {"weight_ih": (gates * units, inputs), "weight_hh": (gates * units, units)}
            shapes |= dict.fromkeys(BIASES, (gates * units,)) if biased else {}
            for what, shape in shapes.items():
                key = parts.get(direction, {}).get(what) or _key_like(template, what, direction)
                check.take(key, shape)
                keys[f"recurrent.{what}_l{place}{direction}"] = key
        inputs = units * (2 if bidirectional else 1)
    return _Recurrent(cell, units, first_inputs, len(layers), bidirectional, biased, keys)


def _modules(tensors: dict[str, Tensor]) -> dict[str, dict[int, dict[str, dict[str, str]]]]:
    """Module → layer → direction → what → key, of every tensor that is named as torch names recurrent weights."""
    modules: dict[str, dict[int, dict[str, dict[str, str]]]] = {}
    for key in tensors:
        if match := _RECURRENT.fullmatch(key):
            layer, direction = int(match["layer"] or 0), match["reverse"] or ""
            module = modules.setdefault(match["module"], {})
            module.setdefault(layer, {}).setdefault(direction, {})[match["what"]] = key
    if not modules:
        raise UserError(
            f"There is no nn.RNN, nn.GRU or nn.LSTM: none of the keys ends in weight_hh_l0. There are: "
            f"{_listed(list(tensors))}.",
            "Networks whose recurrent part is written otherwise can be looked at by their states: rnnscope import "
            "STATES.npz",
        )
    return modules


def _chosen_modules(modules: dict[str, object], mapping: Mapping) -> list[str]:
    """The names of the recurrent modules, the lowest first."""
    if mapping.recurrent is not None:
        named = (mapping.recurrent,) if isinstance(mapping.recurrent, str) else mapping.recurrent
        chosen = [name.rstrip(".") for name in named]
        if unknown := [name for name in chosen if name not in modules]:
            raise UserError(
                f"The mapping names the recurrent part {unknown[0]!r}, which is not there.",
                f"There are: {_listed([name or '(no name)' for name in modules])}.",
            )
        return chosen
    if len({re.sub(r"\d+", "", name) for name in modules}) > 1:
        raise UserError(
            f"There is more than one recurrent part: {_listed(list(modules))}.",
            f"Say which, or which in turn, in a mapping file: recurrent: [{', '.join(list(modules)[:2])}]",
        )
    return sorted(modules, key=lambda name: [int(number) for number in re.findall(r"\d+", name)])


def _cell_of(parts: dict[str, dict[str, str]], tensors: dict[str, Tensor]) -> tuple[CellName, int]:
    key = parts.get("", {}).get("weight_hh")
    if key is None:
        present = next(iter(next(iter(parts.values())).values()))
        raise UserError(f"The weights do not fit: {_key_like(present, 'weight_hh', '')} is missing.", HINT)
    shape = tuple(tensors[key].shape)
    if len(shape) == 2 and min(shape) > 0:
        rows, columns = shape
        if rows % columns == 0 and rows // columns in GATES:
            return GATES[rows // columns], columns
        if columns % rows == 0 and columns // rows in GATES:
            raise UserError(
                f"The weights do not fit: {key} is {shown(shape)}, expected {shown(shape[::-1])} (it is transposed).",
                "Transpose what is transposed.",
            )
    raise UserError(
        f"The weights do not fit: {key} is {shown(shape)}, expected H × H (RNN), 3·H × H (GRU) or 4·H × H (LSTM).", HINT
    )


def _inputs_of(parts: dict[str, str], tensors: dict[str, Tensor], gate_rows: int) -> int:
    """What layer 1 reads. A transposed weight_ih has the gates across: then the other size is meant."""
    key = parts.get("weight_ih")
    if key is None:
        present = next(iter(parts.values()))
        raise UserError(f"The weights do not fit: {_key_like(present, 'weight_ih', '')} is missing.", HINT)
    shape = tuple(tensors[key].shape)
    if len(shape) != 2:
        raise UserError(f"The weights do not fit: {key} is {shown(shape)}, expected {gate_rows:,} × inputs.", HINT)
    return shape[0] if shape[1] == gate_rows != shape[0] else shape[1]


def _outputs(rest: dict[str, Tensor], roles: Roles, vocabulary_size: int, width: int, outputs: int | None) -> int:
    """One per token; of a classifier what was said, or what the decoder has where that is all that differs."""
    if outputs is not None:
        return outputs
    if roles.decoder and roles.decoder != roles.embedding:
        shape = tuple(rest[roles.decoder].shape)
        if len(shape) == 2 and shape[1] == width and shape != (width, vocabulary_size):
            return shape[0]
    return vocabulary_size


def _assembled(
    tensors: dict[str, Tensor],
    recurrent: _Recurrent,
    keys: dict[str, str],
    vocabulary_size: int,
    outputs: int,
    ignored: Collection[str],
) -> ForeignNetwork:
    taken = {name: tensors[key] for name, key in keys.items()}
    for name, tensor in taken.items():
        if not tensor.is_floating_point() or not torch.isfinite(tensor.float()).all():
            fault = "not numbers alone" if tensor.is_floating_point() else f"{tensor.dtype}, not of floating point"
            raise UserError(f"The values of {keys[name]} are {fault}.", "Give the weights of a finished training.")
    notes = [f"{key} was left out, as you asked." for key in ignored]
    if widths := {tensor.dtype for tensor in taken.values()} - {torch.float32}:
        notes.append(f"Weights in {', '.join(sorted(str(w).removeprefix('torch.') for w in widths))} become float32.")
    if recurrent.cell == "rnn":
        notes.append("An RNN with ReLU has the same shapes: tanh is taken.")
    if not recurrent.biased:
        notes.append("The recurrent part has no biases: zeros.")
    if "decoder.bias" not in keys:
        notes.append("The decoder has no bias: zeros.")
    one_hot = "embedding.weight" not in keys
    if one_hot:
        notes.append(f"No embedding: layer 1 reads one-hot vectors of {vocabulary_size:,} numbers.")
    weights = {name: tensor.float() for name, tensor in taken.items()}
    tied = not one_hot and torch.equal(weights["embedding.weight"], weights["decoder.weight"])
    if tied:
        del weights["decoder.weight"]
    rows = len(weights["recurrent.weight_hh_l0"])
    for name in [name for name in weights if name.startswith("recurrent.weight_hh")]:
        for bias in BIASES:
            weights.setdefault(name.replace("weight_hh", bias), torch.zeros(rows))
    weights.setdefault("decoder.bias", torch.zeros(outputs))
    settings = _settings(recurrent, "one-hot" if one_hot else recurrent.inputs, tied=tied)
    return ForeignNetwork(settings, vocabulary_size, outputs, weights, keys, tuple(notes))


def _settings(recurrent: _Recurrent, embedding: int | str, *, tied: bool) -> ModelSettings:
    try:
        return ModelSettings(
            cell=recurrent.cell,
            layers=recurrent.layers,
            units=recurrent.units,
            embedding=embedding,
            tied=tied,
            bidirectional=recurrent.bidirectional,
        )
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        where = ".".join(map(str, fault["loc"][:1]))
        raise UserError(f"The network is too large: {where} = {fault['input']}: {fault['msg']}.", HINT) from error


def _key_like(key: str, what: str, direction: str) -> str:
    """The key beside `key` of another tensor of the same layer."""
    return re.sub(r"(?:weight|bias)_(?:ih|hh|hr)(?=(?:_l\d+)?$)", what, key.removesuffix("_reverse")) + direction


def _listed(keys: list[str]) -> str:
    return ", ".join(keys[:8]) + (f" and {len(keys) - 8} more" if len(keys) > 8 else "") if keys else "none"
