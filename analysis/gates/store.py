"""Counts of gates on disk."""

from collections.abc import Callable
from contextlib import suppress

from analysis.gates.count import GateCounts, count_gates
from analysis.results import Content, ResultKey, ensure_result, find_result, read_result
from data_prep.corpus import corpora_home
from data_prep.errors import UserError
from data_prep.sealed_folder import MANIFEST, read_json
from models.run import Run

KIND, SCHEMA = "gates", 1


def stored_gates(run: Run, part: str = "test", *, checkpoint: int | None = None) -> GateCounts | None:
    """The stored counts of a part of the run's corpus, which need not be at hand; None where there are none.

    Raises UserError when they are damaged.
    """
    folder = find_result(gates_key(run, part, checkpoint))
    return None if folder is None else _from(read_result(folder, KIND, SCHEMA))


def ensure_gates(
    run: Run,
    part: str = "test",
    *,
    checkpoint: int | None = None,
    device: str = "cpu",
    again: bool = False,
    on_progress: Callable[[float], None] = lambda _: None,
) -> GateCounts:
    """The stored counts, computed first where there are none, or if asked to do it `again`.

    checkpoint: the update after which the weights were kept on the way; None for the best.

    Raises UserError when the corpus is not at hand, or the run has no weights.
    """
    weights = run.weights_after(checkpoint)

    def compute() -> Content:
        corpus = run.open_corpus()
        offsets = None if corpus.texts is None else corpus.texts[part].offsets
        network = run.load_network(device, weights_file=weights)
        return gates_content(count_gates(network, corpus.splits[part], offsets=offsets, on_progress=on_progress))

    return _from(ensure_result(gates_key(run, part, checkpoint), compute, again=again))


def gates_key(run: Run, part: str, checkpoint: int | None) -> ResultKey:
    """The name under which counts are stored."""
    return ResultKey(run, KIND, SCHEMA, {"corpus": corpus_digest(run), "part": part, "checkpoint": checkpoint})


def corpus_digest(run: Run) -> str | None:
    """Of the run's corpus as it is at hand; where it is not, of that which the run was trained on."""
    with suppress(UserError, KeyError, TypeError):
        return str(read_json(corpora_home() / run.corpus["name"] / MANIFEST)["digest"])
    return run.corpus.get("digest")


def gates_content(counts: GateCounts) -> Content:
    """What is stored; a count takes no more bytes than the number of tokens asks for."""
    narrow = "uint32" if counts.tokens < 1 << 32 else "int64"
    return Content({"tokens": counts.tokens}, {name: own.astype(narrow) for name, own in counts.histograms.items()})


def _from(content: Content) -> GateCounts:
    tokens = content.about["tokens"]
    histograms = {name: own.astype("int64") for name, own in content.arrays.items()}
    for own in histograms.values():
        own.flags.writeable = False  # shared by every visitor of the dashboard
    return GateCounts(histograms, tokens, tokens)
