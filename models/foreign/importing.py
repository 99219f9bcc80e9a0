"""From an examined network to a run, with a text to look at it with."""

import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from data_prep.corpus import Corpus
from data_prep.errors import UserError
from data_prep.labelled import LabelOptions
from data_prep.preparing import prepare_corpus
from data_prep.progress import OnProgress, silent
from data_prep.sealed_folder import name_from, sealing, write_json
from models.evaluation import measure
from models.foreign.examining import LONGEST_TEXT, Examined
from models.run import SCHEMA, WEIGHTS, Run, open_run
from models.run_folders import free_run_id, reserve_run_id, runs_home
from models.tensor_files import save_tensors


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

    label_column: of a table, for a classifier: its texts are labelled.
    """
    if bool(label_column) != bool(examined.classes):
        if examined.classes:
            raise UserError("A classifier is looked at with labelled texts.", "Give a table, and --label-column NAME.")
        raise UserError("A language model is looked at with running text, without labels.", "Leave the labels out.")
    corpus = prepare_corpus(
        list(paths),
        examined.vocabulary.vocabulary,
        name=name_from(f"{run_id[:70]}-text"),
        text_column=text_column,
        labels=LabelOptions(label_column) if label_column else None,
        on_progress=on_progress,
    )
    if set(corpus.classes) != set(examined.classes):
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
    if corpus is not None and len(corpus.splits["test"]) <= (measured_up_to or math.inf):
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


def _with_classes_of(corpus: Corpus, examined: Examined) -> Examined:
    """The same classifier with its outputs in the order of the corpus's classes."""
    order = [examined.classes.index(name) for name in corpus.classes]
    tensors = {
        name: tensor[order] if name.startswith("decoder.") else tensor
        for name, tensor in examined.found.tensors.items()
    }
    return replace(examined, found=replace(examined.found, tensors=tensors), classes=corpus.classes)
