"""Recipes: everything that decides a training, validated once and frozen."""

import difflib
import reprlib
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from data_prep.errors import UserError

CellName = Literal["rnn", "gru", "lstm"]
LONGEST_TEXT = 20_000  # characters: a recipe has some hundreds


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)

    @field_validator("*", mode="before")
    @classmethod
    def _a_flag_is_no_number(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, bool) and _takes_numbers(cls.model_fields[str(info.field_name)].annotation):
            raise ValueError(f"must be a number, not {value}")
        return value


class ModelSettings(_Settings):
    """The architecture: token input, stacked recurrent layers, linear decoder.

    embedding: width of the learnt vectors, or `one-hot` for none. dropout: between the layers and before
    the decoder; input_dropout: on the embedding, by default the same. initial_range: all weights start
    uniform within ± this; by default the recurrent ones as in torch, embedding and decoder within ± 0.1.
    """

    cell: CellName = "lstm"
    layers: int = Field(default=2, ge=1, le=16)
    units: int = Field(default=200, ge=1, le=8192)
    embedding: Literal["one-hot"] | Annotated[int, Field(ge=1, le=8192)] = 200
    dropout: float = Field(default=0.0, ge=0.0, lt=1.0)
    input_dropout: float | None = Field(default=None, ge=0.0, lt=1.0)
    tied: bool = False
    bidirectional: bool = False
    initial_range: float | None = Field(default=None, gt=0.0, le=10.0)

    @model_validator(mode="after")
    def _sizes_agree(self) -> "ModelSettings":
        if self.tied and self.embedding != self.units:
            raise ValueError(f"tied embeddings need embedding = units, not {self.embedding} and {self.units}")
        if self.embedding == "one-hot" and self.input_dropout:
            raise ValueError("one-hot input is not learnt: give no input_dropout")
        return self


class TrainingSettings(_Settings):
    """How the weights are found.

    A language model reads `batch` parallel streams, `steps` tokens at a time (truncated backpropagation
    through time); a classifier `batch` texts, of each the first `steps` tokens.

    The learning rate along `schedule`: `constant`; `linear` or `cosine`, to zero over all updates;
    `decay`, times decay_factor per epoch after the first decay_after; `plateau`, times decay_factor
    after each epoch without a better validation loss. patience: so many epochs without a better
    validation loss end the training. clip_norm and clip_value bound the gradient's norm and entries.
    checkpoints_in_first_epoch: so many, at 1, 1/2, 1/4 … of it; checkpoint_every: so many epochs later on.
    stored_precision: of the weights on disk; the test figures are those of the weights as stored.
    """

    epochs: int = Field(default=6, ge=1, le=10_000)
    batch: int = Field(default=20, ge=1, le=100_000)
    steps: int = Field(default=35, ge=1, le=100_000)
    optimizer: Literal["adamw", "adam", "sgd", "rmsprop"] = "adamw"
    learning_rate: float = Field(default=2e-3, gt=0.0, le=1000.0)
    schedule: Literal["constant", "linear", "cosine", "decay", "plateau"] = "cosine"
    decay_factor: float = Field(default=0.5, gt=0.0, lt=1.0)
    decay_after: int = Field(default=0, ge=0)
    rmsprop_decay: float = Field(default=0.99, ge=0.0, lt=1.0)
    weight_decay: float = Field(default=0.0, ge=0.0, le=10.0)
    clip_norm: float | None = Field(default=1.0, gt=0.0)
    clip_value: float | None = Field(default=None, gt=0.0)
    patience: int | None = Field(default=None, ge=1)
    checkpoints_in_first_epoch: int = Field(default=0, ge=0, le=20)
    checkpoint_every: int | None = Field(default=None, ge=1)
    stored_precision: Literal["float16", "float32"] = "float32"


class Recipe(_Settings):
    """A training: task, corpus, architecture, optimisation, seed. `name`: of the recipe, by default its file's."""

    name: str | None = None
    task: Literal["language-model", "classifier"] = "language-model"
    corpus: str | None = None
    model: ModelSettings = ModelSettings()
    training: TrainingSettings = TrainingSettings()
    seed: int = Field(default=0, ge=0, lt=2**63)

    @model_validator(mode="after")
    def _the_model_fits_the_task(self) -> "Recipe":
        if self.task == "language-model" and self.model.bidirectional:
            raise ValueError("a bidirectional language model would see the token that it is to predict")
        if self.task == "classifier" and self.model.tied:
            raise ValueError("a classifier decodes to classes, so nothing can be tied to the embedding")
        return self

    def with_settings(self, assignments: list[str]) -> "Recipe":
        """A copy with `key=value` assignments applied, such as `model.layers=3`; validated again."""
        return parse_recipe(assigned(self.model_dump(), assignments), "the recipe with --set")


def assigned(raw: dict[str, Any], assignments: list[str]) -> dict[str, Any]:
    """`raw`, changed by `key=value` assignments whose values are YAML; not yet validated."""
    for assignment in assignments:
        path, separator, value = assignment.partition("=")
        *sections, last = path.strip().split(".")
        if not (separator and last and all(sections)):
            raise UserError(f"{assignment!r} is not a setting.", "Write it as key=value: --set model.layers=3")
        target = raw
        for section in sections:
            target = target.setdefault(section, {})
            if not isinstance(target, dict):
                raise UserError(f"{section!r} in {path!r} has no settings below it.", "See rnnscope train --help")
        target[last] = parse_yaml(value, assignment)
    return raw


def listed_settings(raw: dict[str, Any]) -> dict[str, list[Any]]:
    """The settings that are lists, which is what makes a recipe a grid, in the order of the recipe's fields."""
    found = {}
    for key, field in Recipe.model_fields.items():
        below = getattr(field.annotation, "model_fields", None)
        if below is None:
            found[key] = raw.get(key)
        elif isinstance(section := raw.get(key), dict):
            found |= {f"{key}.{setting}": section.get(setting) for setting in below}
    return {path: value for path, value in found.items() if isinstance(value, list) and path != "name"}


def read_recipe(text: str, name: str) -> Recipe:
    """Read and validate the YAML of a recipe; UserError when it cannot be used."""
    return parse_recipe(parse_yaml(text, name), name)


def parse_recipe(raw: Any, name: str) -> Recipe:
    """Validate a parsed recipe; the UserError names each faulty key and the nearest known one."""
    if not isinstance(raw, dict):
        raise UserError(f"{name} is not a recipe: it has no keys.", "Start with 'model:' and 'training:'.")
    try:
        return Recipe.model_validate(raw)
    except ValidationError as error:
        if lists := listed_settings(raw):
            listed = f"{next(iter(lists))} is a list"
            raise UserError(
                f"{name} is a grid of recipes: {listed}.", f"Train them all: rnnscope sweep {name}"
            ) from error
        faults = "; ".join(_explain(fault) for fault in error.errors())
        raise UserError(f"{name} cannot be used: {faults}.", "See the recipes in models/recipes.") from error


def parse_yaml(text: str, name: str) -> Any:
    """The YAML of a recipe or a grid, not yet validated; UserError when it is none."""
    if len(text) > LONGEST_TEXT:
        raise UserError(f"{name} is too long for a recipe: {len(text):,} characters.", "See those in models/recipes.")
    try:
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        place = error.problem_mark
        where = f" (line {place.line + 1}, column {place.column + 1})" if place else ""
        raise UserError(f"{name} is not YAML: {error.problem}{where}.", "See the recipes in models/recipes.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a date such as 2001-99-99
        raise UserError(f"{name} is not YAML: {error}", "See the recipes in models/recipes.") from error


def _takes_numbers(annotation: Any) -> bool:
    """Whether a setting of this type is a number, or may be one among others."""
    return annotation in (int, float) or any(map(_takes_numbers, get_args(annotation)))


def _explain(fault: Any) -> str:
    path = [str(part) for part in fault["loc"]]
    where = ".".join(path) or "recipe"
    if fault["type"] == "extra_forbidden":
        elsewhere = [f"{part}.{path[-1]}" for part in ("model", "training") if path[-1] in _known_keys([part])]
        near = difflib.get_close_matches(path[-1], _known_keys(path[:-1]), n=1, cutoff=0.5)
        meant = elsewhere + [".".join([*path[:-1], key]) for key in near]
        return f"unknown key {where}" + (f" (did you mean {meant[0]}?)" if meant else "")
    if fault["type"] == "value_error":  # our own sentence, which names the values already
        return f"{where}: {fault['msg'].removeprefix('Value error, ')}"
    # reprlib: a few lines of YAML aliases can stand for gigabytes
    return f"{where}: {fault['msg']}, not {reprlib.repr(fault['input'])[:80]}"


def _known_keys(section: list[str]) -> list[str]:
    settings: type[BaseModel] = Recipe
    for part in section:
        settings = settings.model_fields[part].annotation  # only sections that validation reached come here
    return list(settings.model_fields)
