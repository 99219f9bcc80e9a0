"""From files that somebody else wrote to a run: examine them, and keep what was found."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from data_prep.corpus import Corpus
from data_prep.errors import UserError
from data_prep.labelled import LabelOptions
from data_prep.preparing import prepare_corpus
from data_prep.progress import OnProgress, silent
from data_prep.sealed_folder import name_from, sealing, sha256_of, write_json
from data_prep.tokens import SentenceEnds, Style, Unit
from data_prep.vocabulary_file import VocabularyFile, read_names, read_vocabulary
from models.evaluation import measure
from models.foreign.agreement import CAUSES, Agreement, compare, read_claimed
from models.foreign.architecture import ForeignNetwork, derive
from models.foreign.mapping import Mapping, read_mapping
from models.foreign.reading import read_weights
from models.foreign.shapes import shown
from models.network import RecurrentNetwork
from models.recipe import Recipe, TrainingSettings, load_recipe
from models.run import SCHEMA, WEIGHTS, Run, free_run_id, open_run, reserve_run_id, runs_home
from models.tensor_files import save_tensors
from models.training import build_network

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
            + ("It is the same network." if found.agrees else f"That is not the same network. {CAUSES}")
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


def prepare_text(
    examined: Examined,
    run_id: str,
    paths: Sequence[Path],
    *,
    text_column: str = "text",
    label_column: str | None = None,
    on_progress: OnProgress = silent,
) -> Corpus:
    """A corpus with the network's vocabulary, called after the run that is to be: what it will be looked at with.

    label_column: of tables, for a classifier.
    """
    if label_column is not None and not examined.classes:
        raise UserError("A language model reads running text, not labelled ones.", "Leave --label-column out.")
    corpus = prepare_corpus(
        list(paths),
        examined.vocabulary.vocabulary,
        name=name_from(f"{run_id[:70]}-text"),
        text_column=text_column,
        labels=LabelOptions(label_column) if label_column else None,
        on_progress=on_progress,
    )
    if label_column and set(corpus.classes) != set(examined.classes):
        raise UserError(
            f"The texts have the classes {', '.join(corpus.classes[:8])}, the network "
            f"{', '.join(examined.classes[:8])}.",
            "Give --classes the names that stand in the column of the labels.",
        )
    return corpus


def suggested_run_id(weights: Path, examined: Examined) -> str:
    """A free id from the file's name, the cell and the size."""
    return free_run_id(weights.name.split(".", maxsplit=1)[0], examined.recipe)


def keep_network(
    examined: Examined, run_id: str, corpus: Corpus | None = None, *, measured_up_to: int | None = None
) -> Run:
    """Write the network as a run; with a corpus (see `prepare_text`), its test figures are measured first.

    measured_up_to: tokens of a test part that is not too long to be measured while somebody waits.
    """
    reserve_run_id(run_id)
    if corpus is not None and corpus.classes:
        examined = _with_classes_of(corpus, examined)
    network, test = examined.build_network(), {}
    fits = corpus is not None and bool(corpus.texts) == bool(examined.classes)
    if fits and len(corpus.splits["test"]) <= (measured_up_to or math.inf):
        test = measure(network, corpus, "test", longest=LONGEST_TEXT)
    vocabulary = examined.vocabulary.vocabulary if corpus is None else corpus.vocabulary
    recipe = examined.recipe.model_copy(update={"corpus": corpus.name if corpus else None})
    agreement = {}
    if examined.agreement:
        said = {"agrees": examined.agreement.agrees, "sentence": examined.agreement_sentence}
        agreement = {"agreement": asdict(examined.agreement) | said}
    with sealing(runs_home() / run_id, "run", SCHEMA) as folder:
        save_tensors(examined.found.tensors, folder / WEIGHTS)
        write_json(folder / "recipe.json", recipe.model_dump())
        write_json(folder / "vocabulary.json", vocabulary.to_json())
        write_json(folder / "history.json", [])
        write_json(
            folder / "run.json",
            {
                "origin": "imported",
                "imported": {**examined.source, "notes": list(examined.notes), **agreement},
                "corpus": {
                    "name": corpus.name if corpus else None,
                    "digest": corpus.digest if corpus else None,
                    "source": corpus.source if corpus else {},
                },
                "parameters": network.parameter_count(),
                "seconds": 0.0,
                "test": test,
                "classes": list(examined.classes),
            },
        )
    return open_run(run_id)


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


def _with_classes_of(corpus: Corpus, examined: Examined) -> Examined:
    """The same classifier with its outputs in the order of the corpus's classes."""
    order = [examined.classes.index(name) for name in corpus.classes]
    tensors = {
        name: tensor[order] if name.startswith("decoder.") else tensor
        for name, tensor in examined.found.tensors.items()
    }
    return replace(examined, found=replace(examined.found, tensors=tensors), classes=corpus.classes)
