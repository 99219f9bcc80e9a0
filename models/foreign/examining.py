"""From files that somebody else wrote to a network that fits its vocabulary, or a sentence that says what does not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from data_prep.errors import UserError
from data_prep.sealed_folder import sha256_of
from data_prep.tokens import SentenceEnds, Style, Unit
from data_prep.vocabulary_file import VocabularyFile, read_names, read_vocabulary
from models.foreign.agreement import CAUSES, Agreement, compare, read_claimed
from models.foreign.architecture import ForeignNetwork, derive
from models.foreign.mapping import Mapping, read_mapping
from models.foreign.reading import read_weights
from models.foreign.shapes import shown
from models.network import RecurrentNetwork, build_network
from models.recipe import Recipe, TrainingSettings
from models.recipe_files import load_recipe

LONGEST_TEXT = 100_000  # tokens of a text that an imported classifier reads: all of it
COMPARED = ("cell", "layers", "units", "embedding", "tied", "bidirectional")


@dataclass(frozen=True)
class ImportOptions:
    """What the files do not say themselves.

    classes: file with the names of a classifier's classes in the order of its outputs. mapping: file, see
    `Mapping`. ignored: keys of tensors that are left out. recipe: name or file, whose model the weights must be.
    check: file with what the network predicts where it comes from, see `read_claimed`. The others: see
    `read_vocabulary`.
    """

    classes: Path | None = None
    mapping: Path | None = None
    ignored: tuple[str, ...] = ()
    recipe: str | None = None
    check: Path | None = None
    unit: Unit | None = None
    sentence_ends: SentenceEnds | None = None
    style: Style | None = None
    unknown: str | None = None
    end: str | None = None


@dataclass(frozen=True)
class Examined:
    """A foreign network that fits its vocabulary, ready to be kept.

    found: its architecture and tensors. agreement: with what it predicts where it comes from; None when that was
    not given. notes: what was assumed, one sentence each. source: the files and options, for the record.
    """

    found: ForeignNetwork
    vocabulary: VocabularyFile
    classes: tuple[str, ...]
    recipe: Recipe
    agreement: Agreement | None
    notes: tuple[str, ...]
    source: dict[str, Any]

    def build_network(self) -> RecurrentNetwork:
        """The network, ready to evaluate."""
        network = build_network(self.recipe, self.found.vocabulary_size, len(self.classes))
        network.load_state_dict(self.found.tensors, strict=False)  # a tied decoder is one tensor with the embedding
        return network.eval()

    @property
    def description(self) -> str:
        """What network it is, in a line."""
        model = self.found.settings
        parameters = sum(tensor.numel() for tensor in self.found.tensors.values())
        facts = [
            f"{'bidirectional ' if model.bidirectional else ''}{model.cell.upper()}",
            f"{model.layers} layer{'s' if model.layers > 1 else ''} of {model.units:,} units",
            f"embedding {model.embedding}{' (shared with the decoder)' if model.tied else ''}",
            f"{self.found.vocabulary_size:,} tokens",
            f"{len(self.classes)} classes" if self.classes else "language model",
            f"{parameters:,} parameters",
        ]
        return " · ".join(facts)

    def rows(self) -> list[tuple[str, str, str]]:
        """(rnnscope's name, key in the file, shape) of every tensor that was taken."""
        tensors = {"decoder.weight": self.found.tensors.get("embedding.weight"), **self.found.tensors}
        return [(name, key, shown(tuple(tensors[name].shape))) for name, key in self.found.keys.items()]

    @property
    def agreement_sentence(self) -> str:
        """How far its probabilities are from those supplied."""
        if self.agreement is None:
            return "No probabilities were given to compare with."
        found = self.agreement
        if self.classes:
            where = f"text {found.row + 1}, class {self.classes[found.column]!r}"
        else:
            where = f"after token {found.row + 1}, for {self.vocabulary.vocabulary.display(found.column)!r}"
        return (
            f"Probabilities differ by {found.largest:.1e} at most and {found.mean:.1e} in the mean; most {where}: "
            f"{found.ours:.6f} here, {found.theirs:.6f} there. "
            + (
                f"On these {found.rows:,} {'texts' if self.classes else 'tokens'} it is the same network."
                if found.agrees
                else f"That is not the same network. {CAUSES}"
            )
        )


def examine_network(weights: Path, vocabulary: Path, options: ImportOptions = ImportOptions()) -> Examined:
    """Read weights and vocabulary, find out what network they are, and compare what it predicts. Writes nothing.

    Raises UserError for whatever does not fit.
    """
    read = read_vocabulary(
        vocabulary,
        unit=options.unit,
        sentence_ends=options.sentence_ends,
        style=options.style,
        unknown=options.unknown,
        end=options.end,
    )
    classes = tuple(read_names(options.classes)) if options.classes else ()
    mapping = read_mapping(options.mapping) if options.mapping else Mapping()
    file = read_weights(weights)
    found = _derived(file.tensors, len(read.vocabulary), classes, mapping, options.ignored)
    _check_task(found, classes)
    recipe = Recipe(
        task="classifier" if classes else "language-model",
        model=found.settings,
        training=TrainingSettings(steps=LONGEST_TEXT) if classes else TrainingSettings(),
    )
    if options.recipe:
        _check_recipe(recipe, load_recipe(options.recipe))
    notes = [f"The state dict stood under {file.found_under!r}."] if file.found_under else []
    source = {
        "file": weights.name,
        "sha256": sha256_of(weights),
        "found_under": file.found_under,
        "vocabulary": {"file": vocabulary.name, "sha256": sha256_of(vocabulary), "renamed": read.renamed},
        "mapping": mapping.model_dump(exclude_none=True),
        "ignored": list(options.ignored),
        "keys": found.keys,
    }
    examined = Examined(found, read, classes, recipe, None, (*notes, *found.notes, *_notes_on(read)), source)
    if options.check is None:
        return examined
    claimed = read_claimed(options.check, found.vocabulary_size, read.ids_of, classes=len(classes) or None)
    agreement = compare(examined.build_network(), claimed)
    return replace(examined, agreement=agreement)


def _derived(
    tensors: dict[str, Tensor], vocabulary_size: int, classes: Sequence[str], mapping: Mapping, ignored: Sequence[str]
) -> ForeignNetwork:
    """`derive`; a single output (a sigmoid's) becomes two classes, which is the same probability."""
    if len(classes) != 2:
        return derive(tensors, vocabulary_size, outputs=len(classes) or None, mapping=mapping, ignored=ignored)
    found = derive(tensors, vocabulary_size, mapping=mapping, ignored=ignored)
    if found.outputs != 1:
        return derive(tensors, vocabulary_size, outputs=2, mapping=mapping, ignored=ignored)
    both = {
        name: torch.cat((torch.zeros_like(tensor), tensor)) if name.startswith("decoder.") else tensor
        for name, tensor in found.tensors.items()
    }
    note = f"One output is taken as the logit of {classes[1]!r} against {classes[0]!r}."
    return replace(found, outputs=2, tensors=both, notes=(*found.notes, note))


def _check_task(found: ForeignNetwork, classes: Sequence[str]) -> None:
    if classes:
        return
    width = found.settings.units * (2 if found.settings.bidirectional else 1)
    if not found.is_language_model:
        raise UserError(
            f"The weights do not fit: {found.keys['decoder.weight']} is {shown((found.outputs, width))}, expected "
            f"{shown((found.vocabulary_size, width))}: one output per token of the vocabulary.",
            f"If it tells {found.outputs:,} classes, name them: --classes FILE",
        )
    if found.settings.bidirectional:
        raise UserError(
            "The network reads backwards too, so it sees the token that it would have to predict: as a language model "
            "it means nothing.",
            "Bidirectional networks are taken as classifiers only: --classes FILE",
        )


def _check_recipe(recipe: Recipe, expected: Recipe) -> None:
    faults = [
        f"{name} is {getattr(recipe.model, name)}, expected {getattr(expected.model, name)}"
        for name in COMPARED
        if getattr(recipe.model, name) != getattr(expected.model, name)
    ]
    if recipe.task != expected.task:
        faults.insert(0, f"task is {recipe.task}, expected {expected.task}")
    if faults:
        raise UserError(
            f"The weights are not the model of {expected.name}: {'; '.join(faults)}.",
            "Leave --recipe out, or correct it.",
        )


def _notes_on(read: VocabularyFile) -> list[str]:
    tokenisation = read.vocabulary.tokenisation
    how = {
        "plain": "lower-cased, punctuation marks apart",
        "treebank": "as in the Penn Treebank, without punctuation",
        "spaces": "at white space, as they are written",
    }[tokenisation.style]
    ends = {"none": "no sentence ends", "lines": "sentences end with lines"}.get(
        tokenisation.sentence_ends, "sentences end after punctuation"
    )
    cut = f"Text is cut into {tokenisation.unit}" + (f", {how}; {ends}." if tokenisation.unit == "words" else ".")
    notes = [cut, *(f"{theirs!r} is called {ours} here." for theirs, ours in read.renamed.items())]
    if read.unmet:
        notes.append(f"Words that no text is so cut into: {read.unmet:,}, such as {read.example!r}.")
    if tokenisation.unit == "words" and read.vocabulary.unknown_id is None:
        notes.append("The vocabulary has no unknown token: words outside it are skipped.")
    return notes
