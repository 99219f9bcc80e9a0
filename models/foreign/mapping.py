"""The small file that says which tensor is what, for a network whose names and shapes do not."""

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from data_prep.errors import UserError
from data_prep.text_file import decode, read_bytes

LARGEST_BYTES = 100_000
EXAMPLE = "embedding: encoder.weight, recurrent: rnn, decoder: decoder.weight"


class Mapping(BaseModel):
    """Keys of a state dict; what is not given is found out.

    embedding, decoder: of the weight; the same key twice for a network that shares it. recurrent: of the module,
    or several of them, the lowest first. nonlinearity: of an nn.RNN; rnnscope runs tanh alone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    embedding: str | None = None
    recurrent: str | tuple[str, ...] | None = None
    decoder: str | None = None
    nonlinearity: Literal["tanh"] = "tanh"


def read_mapping(path: Path) -> Mapping:
    """Read a mapping from YAML or JSON; UserError names the key that is wrong."""
    raw = read_bytes(path, LARGEST_BYTES + 1)
    if len(raw) > LARGEST_BYTES:
        raise UserError(f"{path.name} is too long for a mapping.", f"It has up to four lines: {EXAMPLE}")
    try:
        return Mapping.model_validate(yaml.safe_load(decode(raw, path.name)))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        if not isinstance(error, ValidationError):
            raise UserError(f"{path.name} is not YAML: {error}", f"Write: {EXAMPLE}") from error
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in fault["loc"][:1]) or "it"
        raise UserError(f"{path.name} is no mapping: {where}: {fault['msg']}.", f"Write: {EXAMPLE}") from error
