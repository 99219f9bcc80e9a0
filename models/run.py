"""Runs: trained models as folders."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from data_prep.corpus import Corpus, open_corpus
from data_prep.errors import UserError
from data_prep.sealed_folder import open_sealed, read_json
from data_prep.vocabulary import Vocabulary
from models.network import RecurrentLanguageModel, RecurrentNetwork, build_network
from models.recipe import Recipe, parse_recipe
from models.run_folders import is_bundled, run_folder, run_ids
from models.tensor_files import load_tensors

SCHEMA = 1
WEIGHTS = "weights.safetensors"
LAST_WEIGHTS = "last.safetensors"  # only where the best ones are others
ORIGINS = ("trained", "imported", "states")


@dataclass(frozen=True)
class Run:
    """A trained model on disk.

    digest: names the whole content of the folder. corpus: name, digest and source of the text.
    classes: of a classifier. history: one entry per epoch. test: cross-entropy in nats per token, and
    perplexity or bits per character; of a classifier in nats per text, and accuracies. parameters: trained
    numbers. checkpoints: of the weights on the way, update, epoch and validation loss (nats) of each.
    origin: `trained` here, `imported` (weights from elsewhere), or `states` (recorded elsewhere, no weights);
    imported: where it came from and what was found. Such a run may have no corpus (its name is None), no
    history and no test figures.
    """

    id: str
    folder: Path
    bundled: bool
    digest: str
    recipe: Recipe
    vocabulary: Vocabulary
    corpus: dict[str, Any]
    history: list[dict[str, Any]]
    test: dict[str, Any]
    parameters: int
    seconds: float
    classes: tuple[str, ...] = ()
    checkpoints: tuple[dict[str, Any], ...] = ()
    origin: str = "trained"
    imported: dict[str, Any] = field(default_factory=dict)

    @property
    def task(self) -> str:
        """`language-model` or `classifier`."""
        return self.recipe.task

    @property
    def model_name(self) -> str:
        """Cell, layers and units, such as LSTM 2×200; of recorded states the cell is not known."""
        model = self.recipe.model
        cell = "states" if self.origin == "states" else model.cell.upper()
        return f"{'bidirectional ' if model.bidirectional else ''}{cell} {model.layers}×{model.units}"

    def load_language_model(self, device: torch.device | str = "cpu") -> RecurrentLanguageModel:
        """The network of a language model with the best weights; UserError when the run is a classifier."""
        return self.expect_language_model(self.load_network(device))

    def expect_language_model(self, network: RecurrentNetwork) -> RecurrentLanguageModel:
        """This run's network, if it is a language model; UserError when it is a classifier."""
        if not isinstance(network, RecurrentLanguageModel):
            raise self.tells_classes()
        return network

    def tells_classes(self) -> UserError:
        """What to say where a language model is needed, and this run is a classifier."""
        return UserError(
            f"{self.id} tells classes, it does not predict the next token.", "Choose a run of a language model."
        )

    def load_network(self, device: torch.device | str = "cpu", *, weights_file: str = WEIGHTS) -> RecurrentNetwork:
        """The network in float32, ready to evaluate; UserError when the weights do not fit the recipe.

        weights_file: the best weights by default; those of a checkpoint by `checkpoints[i]["file"]`.
        """
        if self.origin == "states":
            raise UserError(
                f"{self.id} is recorded states without weights: there is no network to run.",
                "The memory map and the words can be looked at; for the rest, import the weights.",
            )
        network = build_network(self.recipe, len(self.vocabulary), len(self.classes))
        weights = load_tensors(self.folder / weights_file)
        expected = dict(network.named_parameters())
        for name, parameter in expected.items():
            found = tuple(weights[name].shape) if name in weights else "nothing"
            if found != tuple(parameter.shape):
                raise UserError(
                    f"The weights of {self.id} do not fit its recipe: {name} is {found}, expected "
                    f"{tuple(parameter.shape)}.",
                    "Train the run again.",
                )
        if extra := set(weights) - set(expected):
            raise UserError(
                f"The weights of {self.id} do not fit its recipe: unknown {', '.join(sorted(extra))}.",
                "Train the run again.",
            )
        # A tied decoder is one tensor with the embedding and stored once.
        network.load_state_dict({name: tensor.float() for name, tensor in weights.items()}, strict=False)
        return network.to(device).eval()

    def weights_after(self, update: int | None) -> str:
        """The file of the weights kept after an update; of the best ones for None."""
        if update is None:
            return WEIGHTS
        for checkpoint in self.checkpoints:
            if checkpoint["update"] == update:
                return str(checkpoint["file"])
        raise UserError(
            f"The run {self.id} has no checkpoint after update {update:,}.",
            f"It has them after: {', '.join(str(one['update']) for one in self.checkpoints) or 'none'}.",
        )

    def open_corpus(self, name: str | None = None) -> Corpus:
        """The corpus of this name, by default the run's own; UserError when it has another vocabulary, or is none."""
        if self.origin == "states":
            raise UserError(
                f"{self.id} is recorded states without weights: it can read no text.",
                "Its recording was made when it was imported. For another text, import the states of that text.",
            )
        if name is None and self.corpus["name"] is None:
            raise UserError(
                f"{self.id} was imported without a text to look at it with.",
                "Import it again with --text FILE, or name a corpus that was prepared with its vocabulary.",
            )
        corpus = open_corpus(name or self.corpus["name"])
        self.check_vocabulary(corpus)
        return corpus

    def check_vocabulary(self, corpus: Corpus) -> None:
        """UserError unless the corpus has the vocabulary and the classes of this run."""
        hint = (
            f"Use {self.corpus['name']}, which it came with." if self.corpus["name"] else "Import it with --text FILE."
        )
        if self.origin == "trained":
            hint = f"Use {self.corpus['name']} as made from {self.corpus['source'].get('file')}."
        if corpus.vocabulary.tokens != self.vocabulary.tokens:
            raise UserError(f"The corpus {corpus.name} has another vocabulary than the run {self.id}.", hint)
        if corpus.classes != self.classes:
            ours, theirs = (", ".join(classes) or "none" for classes in (self.classes, corpus.classes))
            raise UserError(
                f"The corpus {corpus.name} has the classes: {theirs}; the run {self.id} knows: {ours}.", hint
            )

    def summary(self) -> dict[str, Any]:
        """One entry of `runs --json`."""
        return {
            "id": self.id,
            "corpus": self.corpus["name"],
            "recipe": self.recipe.name,
            "task": self.task,
            "unit": self.vocabulary.tokenisation.unit,
            "model": self.model_name,
            "cell": None if self.origin == "states" else self.recipe.model.cell,
            "layers": self.recipe.model.layers,
            "units": self.recipe.model.units,
            "vocabulary_size": len(self.vocabulary),
            "parameters": self.parameters,
            "seed": self.recipe.seed,
            "epochs": len(self.history),
            "minutes": self.seconds / 60,
            "bundled": self.bundled,
            "origin": self.origin,
            "test": self.test,
        }


def open_run(run_id: str) -> Run:
    """Open a run by id, the user's own before the gallery's.

    Raises UserError when there is none, or when it is unfinished, damaged or of another version.
    """
    folder = run_folder(run_id)
    if not folder.is_dir():
        raise UserError(
            f"There is no run called {run_id}. Known: {', '.join(run_ids()) or 'none yet'}.",
            "List them with rnnscope runs, or train one: rnnscope train words-lstm --corpus NAME",
        )
    manifest = open_sealed(folder, "run", SCHEMA)
    about = read_json(folder / "run.json")
    for key, kind in (("corpus", dict), ("test", dict), ("parameters", int), ("seconds", int | float)):
        if not isinstance(about, dict) or not isinstance(about.get(key), kind):
            raise UserError(f"The run {run_id} is damaged: run.json has no {key}.", "Train the run again.")
    if about.get("origin", "trained") not in ORIGINS:
        raise UserError(f"The run {run_id} is damaged: run.json has an unknown origin.", "Import the run again.")
    return Run(
        id=run_id,
        folder=folder,
        bundled=is_bundled(folder),
        digest=manifest.digest,
        recipe=parse_recipe(read_json(folder / "recipe.json"), f"{run_id}/recipe.json"),
        vocabulary=Vocabulary.from_json(read_json(folder / "vocabulary.json"), f"{run_id}/vocabulary.json"),
        corpus=about["corpus"],
        history=read_json(folder / "history.json"),
        test=about["test"],
        parameters=about["parameters"],
        seconds=about["seconds"],
        classes=tuple(about.get("classes", ())),
        checkpoints=tuple(about.get("checkpoints", ())),
        origin=about.get("origin", "trained"),
        imported=about.get("imported", {}),
    )


def list_runs(open_one: Callable[[str], Run] = open_run) -> tuple[list[Run], dict[str, UserError]]:
    """(runs, faults): every run that `open_one` opens, and for the others what is wrong with them."""
    runs: list[Run] = []
    faults: dict[str, UserError] = {}
    for run_id in run_ids():
        try:
            runs.append(open_one(run_id))
        except UserError as error:
            faults[run_id] = error
    return runs, faults
