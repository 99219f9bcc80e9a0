"""The recurrent layers of a state dict: their cell, sizes and directions.

torch keeps of every layer (G = 1 for an RNN, 3 for a GRU, 4 for an LSTM; D = 2 when bidirectional)

    weight_ih (G·H, inputs)   weight_hh (G·H, H)   bias_ih, bias_hh (G·H,)

with _l0, _l1 … and _reverse behind the name; a cell module has neither. Layer 1 reads the embedding's E numbers, or
V of one-hot vectors, the layers above it D·H.
"""

import re
from dataclasses import dataclass

from torch import Tensor

from data_prep.errors import UserError
from models.foreign.mapping import Mapping
from models.foreign.shapes import HINT, ShapeCheck, listed, shown
from models.recipe import CellName

GATES: dict[int, CellName] = {1: "rnn", 3: "gru", 4: "lstm"}
BIASES = ("bias_ih", "bias_hh")
_RECURRENT = re.compile(
    r"(?P<module>.*?)\.?(?P<what>(?:weight|bias)_(?:ih|hh)|weight_hr)(?:_l(?P<layer>\d{1,3})(?P<reverse>_reverse)?)?"
)


@dataclass(frozen=True)
class RecurrentPart:
    """The recurrent part. inputs: what layer 1 reads. keys: rnnscope's name → key in the file."""

    cell: CellName
    units: int
    inputs: int
    layers: int
    bidirectional: bool
    biased: bool
    keys: dict[str, str]


def find_recurrent(tensors: dict[str, Tensor], mapping: Mapping, check: ShapeCheck) -> RecurrentPart:
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
    return RecurrentPart(cell, units, first_inputs, len(layers), bidirectional, biased, keys)


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
            f"{listed(list(tensors))}.",
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
                f"There are: {listed([name or '(no name)' for name in modules])}.",
            )
        return chosen
    if len({re.sub(r"\d+", "", name) for name in modules}) > 1:
        raise UserError(
            f"There is more than one recurrent part: {listed(list(modules))}.",
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


def _key_like(key: str, what: str, direction: str) -> str:
    """The key beside `key` of another tensor of the same layer."""
    return re.sub(r"(?:weight|bias)_(?:ih|hh|hr)(?=(?:_l\d+)?$)", what, key.removesuffix("_reverse")) + direction
