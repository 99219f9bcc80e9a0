"""What network a state dict is: cell, sizes, layers, biases, tying and direction from names and shapes.

The recurrent part shows in its names (`recurrent.py`); what is embedding (V, E) and decoder (V, D·H), or (C, D·H) for
a classifier, in names and shapes (`roles.py`), and where those leave a choice the mapping decides. A ReLU network has
the shapes of a tanh network: it cannot be told, tanh is taken.
"""

from collections.abc import Collection
from dataclasses import dataclass
from fnmatch import fnmatchcase

import torch
from pydantic import ValidationError
from torch import Tensor

from data_prep.errors import UserError
from models.foreign.mapping import Mapping
from models.foreign.recurrent import BIASES, RecurrentPart, find_recurrent
from models.foreign.roles import Roles, find_roles
from models.foreign.shapes import HINT, ShapeCheck, listed, shown
from models.recipe import ModelSettings


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
    left_out = [key for key in tensors if any(fnmatchcase(key, pattern) for pattern in ignored)]
    if unknown := [pattern for pattern in ignored if not any(fnmatchcase(key, pattern) for key in left_out)]:
        raise UserError(f"There is no tensor {unknown[0]!r} to ignore.", f"There are: {listed(list(tensors))}.")
    tensors = {key: tensor for key, tensor in tensors.items() if key not in left_out}
    check = ShapeCheck(tensors)
    recurrent = find_recurrent(tensors, mapping, check)
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
    check.settle()
    return _assembled(tensors, recurrent, keys, vocabulary_size, found_outputs, left_out)


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
    recurrent: RecurrentPart,
    keys: dict[str, str],
    vocabulary_size: int,
    outputs: int,
    left_out: Collection[str],
) -> ForeignNetwork:
    taken = {name: tensors[key] for name, key in keys.items()}
    for name, tensor in taken.items():
        if not tensor.is_floating_point() or not torch.isfinite(tensor.float()).all():
            fault = "not numbers alone" if tensor.is_floating_point() else f"{tensor.dtype}, not of floating point"
            raise UserError(f"The values of {keys[name]} are {fault}.", "Give the weights of a finished training.")
    notes = [f"{key} was left out, as you asked." for key in left_out]
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


def _settings(recurrent: RecurrentPart, embedding: int | str, *, tied: bool) -> ModelSettings:
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
