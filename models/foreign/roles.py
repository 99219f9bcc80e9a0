"""Which tensor beside the recurrent ones is the embedding and which the decoder.

In this order: what the mapping says; a matrix with a bias of its own is no embedding; names; shapes.
"""

from dataclasses import dataclass

from torch import Tensor

from data_prep.errors import UserError
from models.foreign.mapping import Mapping
from models.foreign.shapes import shown

EMBEDDING_NAMES = ("emb", "encoder", "lookup", "wte", "wordvec", "word_vec")
DECODER_NAMES = (
    *("decoder", "linear", "fc", "out", "head", "proj", "dense", "classif", "logit", "generator", "softmax"),
    *("affine", "predict", "h2o", "vocab"),
)


@dataclass(frozen=True)
class Roles:
    """Keys of the embedding's weight, the decoder's weight and its bias; None where there is none."""

    embedding: str | None
    decoder: str | None
    decoder_bias: str | None


def find_roles(
    rest: dict[str, Tensor], mapping: Mapping, vocabulary_size: int, inputs: int, width: int, outputs: int | None
) -> Roles:
    """The roles of the tensors that are not recurrent.

    inputs: what layer 1 reads, E or V. width: what the decoder reads, D·H. Raises UserError where more than one
    tensor could play a role, or where the mapping names one that is not there.
    """
    for key in (mapping.embedding, mapping.decoder):
        if key is not None and key not in rest:
            raise UserError(
                f"The mapping names {key!r}, which is not there.", f"There are: {', '.join(list(rest)[:8]) or 'none'}."
            )
    matrices = [key for key, tensor in rest.items() if tensor.ndim == 2]
    guessed = {key: _guess(key, rest) for key in matrices}
    shapes = {key: tuple(rest[key].shape) for key in matrices}

    def find(role: str, columns: int, rows: int | None, taken: str | None) -> str | None:
        free = [key for key in matrices if key != taken]
        candidates = [key for key in free if guessed[key] == role]
        candidates = candidates or [key for key in free if guessed[key] is None and shapes[key][1] == columns]
        fitting = [key for key in candidates if shapes[key][1] == columns and rows in (None, shapes[key][0])]
        if len(candidates) > 1 and len(fitting) > 1:
            named = ", ".join(f"{key} ({shown(shapes[key])})" for key in fitting[:4])
            raise UserError(f"Each of these could be the {role}: {named}.", f"Say which in a mapping file: {role}: KEY")
        return next(iter(fitting or candidates), None)

    embedding = mapping.embedding or find("embedding", inputs, vocabulary_size, mapping.decoder)
    if embedding is not None and mapping.embedding is None and guessed[embedding] is None and inputs == vocabulary_size:
        embedding = None  # one-hot input: a table of its shape without a name is the decoder
    decoder = mapping.decoder or find("decoder", width, outputs or vocabulary_size, embedding)
    return Roles(embedding, decoder, _bias_of(decoder, rest, shared=decoder == embedding))


def _guess(key: str, rest: dict[str, Tensor]) -> str | None:
    """`embedding`, `decoder` or None; the innermost name decides: decoder.embed.weight is an embedding."""
    if _sibling_bias(key) in rest:
        return "decoder"
    for name in reversed(key.lower().removesuffix("weight").rstrip(".").split(".")):
        if any(word in name for word in EMBEDDING_NAMES):
            return "embedding"
        if any(word in name for word in DECODER_NAMES):
            return "decoder"
    return None


def _bias_of(decoder: str | None, rest: dict[str, Tensor], *, shared: bool) -> str | None:
    if decoder is None:
        return None
    if _sibling_bias(decoder) in rest:
        return _sibling_bias(decoder)
    vectors = [key for key, tensor in rest.items() if tensor.ndim == 1 and key.endswith("bias")]
    return vectors[0] if shared and len(vectors) == 1 else None


def _sibling_bias(key: str) -> str:
    return key.removesuffix("weight") + "bias"
