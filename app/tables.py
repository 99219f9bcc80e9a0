"""Results as tables: one builder per figure; clusters and tokens are counted from 1, units from 0."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from analysis.clusters.coclustering import Coclusters
from analysis.clusters.quality import QualityProfile
from analysis.recording.result import ExpectedResponse, Recording
from analysis.texts.cluster_flow import ClusterFlow
from analysis.texts.many_texts import TextSummaries
from analysis.texts.percentiles import percentiles
from analysis.texts.reading import Reading
from data_prep.corpus import Corpus
from data_prep.corpus_statistics import CorpusStatistics
from data_prep.known import CorpusState
from data_prep.parts_of_speech import tag_types
from data_prep.text_list import TextList
from data_prep.tokens import display_token
from data_prep.vocabulary import Vocabulary
from models.generation import Node, Sample, Tree
from models.recipe import Recipe
from models.run import Run

SHOWN_CHARACTERS = 200  # of each of many texts


def runs_table(summaries: list[dict[str, Any]]) -> pd.DataFrame:
    """One row per run, from `Run.summary`."""
    return pd.DataFrame(
        {
            "run": run["id"],
            "corpus": run["corpus"],
            "recipe": run["recipe"] if run["origin"] == "trained" else run["origin"],
            "model": run["model"],
            "task": run["task"],
            "parameters": run["parameters"],
            "nats": run["test"].get("cross_entropy_nats"),
            "perplexity": run["test"].get("perplexity"),
            "bits per character": run["test"].get("bits_per_character"),
            "accuracy": run["test"].get("accuracy"),
            "balanced accuracy": run["test"].get("balanced_accuracy"),
            "epochs": run["epochs"] or None,
            "minutes": round(run["minutes"], 1) or None,
            "seed": run["seed"] if run["origin"] == "trained" else None,
            "from": "gallery" if run["bundled"] else "yours",
        }
        for run in summaries
    )


def headline(run: Run) -> tuple[str, str, str]:
    """(name, value, meaning) of the one figure that tells how good a run is on its test part."""
    if not run.test:
        return "Test part", "–", "it came without a text, or with one that it was not measured on"
    if "balanced_accuracy" in run.test:
        meaning = f"mean over the classes of the fraction that is right; of all texts {run.test['accuracy']:.1%} are"
        return "Test balanced accuracy", f"{run.test['balanced_accuracy']:.1%}", meaning
    if "perplexity" in run.test:
        return "Test perplexity", f"{run.test['perplexity']:.1f}", "exp of nats per token; lower is better"
    meaning = "nats per character divided by ln 2; lower is better"
    return "Test bits per character", f"{run.test['bits_per_character']:.3f}", meaning


def settings_table() -> pd.DataFrame:
    """One row per key of a recipe: its default and what it may be."""
    schema = Recipe.model_json_schema()
    sections = {
        "": schema,
        "model.": schema["$defs"]["ModelSettings"],
        "training.": schema["$defs"]["TrainingSettings"],
    }
    return pd.DataFrame(
        {
            "key": prefix + key,
            "default": "null" if about.get("default") is None else str(about["default"]).lower(),
            "allowed": _allowed(about),
        }
        for prefix, section in sections.items()
        for key, about in section["properties"].items()
        if key not in ("model", "training")
    )


def corpora_table(states: list[CorpusState]) -> pd.DataFrame:
    """One row per known or prepared corpus."""
    return pd.DataFrame(
        {
            "corpus": state.name,
            "task": state.task,
            "state": state.fault or state.state,
            "what": state.title,
            "licence": state.licence or "yours",
            "source": state.source or "",
        }
        for state in states
    )


def frequencies_table(corpus: Corpus, statistics: CorpusStatistics) -> tuple[pd.DataFrame, str]:
    """Tokens of the vocabulary that occur in the training part, most frequent first.

    Of words, with their part of speech; the second value says where that comes from, and what is missing.
    """
    order = np.argsort(-statistics.counts, kind="stable")
    order = order[statistics.counts[order] > 0]
    vocabulary, origin = corpus.vocabulary, ""
    columns: dict[str, Any] = {
        "rank": np.arange(1, len(order) + 1),
        "token": [vocabulary.display(token_id) for token_id in order],
        "occurrences": statistics.counts[order],
        "share": statistics.counts[order] / statistics.counts.sum(),
    }
    if vocabulary.tokenisation.unit == "words":
        found = tag_types([vocabulary.tokens[token_id] for token_id in order])
        columns["part of speech"] = found.tags
        origin = f"Parts of speech: {found.source}. {found.reason}"
    return pd.DataFrame(columns), origin


def lengths_table(statistics: CorpusStatistics) -> pd.DataFrame:
    """How many texts of every part have how many tokens."""
    counted = {part: np.unique(lengths, return_counts=True) for part, lengths in statistics.text_lengths.items()}
    return pd.concat(
        [pd.DataFrame({"part": part, "tokens": own, "texts": count}) for part, (own, count) in counted.items()]
    )


def balance_table(statistics: CorpusStatistics) -> pd.DataFrame:
    """Texts of every part and class, before and after balancing."""
    return pd.DataFrame(
        {"part": part, "class": label, "before": statistics.classes_before[part].get(label, 0), "after": count}
        for part, counts in statistics.classes_after.items()
        for label, count in counts.items()
    )


def words_table(response: ExpectedResponse, names: list[str], recording: Recording | None = None) -> pd.DataFrame:
    """One row per recorded word; with the recording of a language model its mean surprise, and at how many places."""
    strength = np.abs(response.mean).mean(1)
    columns = {"word": names, "occurrences": response.counts, "mean |response|": strength}
    if recording is not None and recording.surprise_nats is not None:
        columns["mean surprise (nats)"] = recording.surprise_nats[: len(names)]
        columns["measured at"] = recording.surprise_counts[: len(names)]
    return pd.DataFrame(columns)


def clusters_table(response: ExpectedResponse, names: list[str], clusters: Coclusters) -> pd.DataFrame:
    """One row per clustered word."""
    table = words_table(response, names)
    table.insert(1, "cluster", clusters.word_labels + 1)
    return table


def links_table(clusters: Coclusters) -> pd.DataFrame:
    """Mean expected response of every word cluster (rows) and unit cluster (columns)."""
    numbered = range(1, clusters.k + 1)
    table = pd.DataFrame(clusters.strength, columns=[f"units {number}" for number in numbered])
    table.insert(0, "word cluster", numbered)
    return table


def quality_table(profile: QualityProfile) -> pd.DataFrame:
    """One row per number of clusters."""
    return pd.DataFrame(
        {
            "clusters": profile.ks,
            "verdict": profile.verdicts,
            "normalised cut": profile.normalised_cut,
            "other seeds, words": profile.seed_agreement,
            "other seeds, units": profile.seed_agreement_units,
            "halves of the text": profile.text_half_agreement,
            "halves of the units": profile.unit_half_agreement,
            "parts of speech (NMI)": profile.tag_agreement,
            "shuffled": profile.shuffled_agreement,
            "purity": profile.tag_purity,
            "shuffled purity": profile.shuffled_purity,
        }
    ).dropna(axis=1, how="all")


def word_table(response: ExpectedResponse, row: int, clusters: Coclusters) -> pd.DataFrame:
    """Response of every unit to one word, strongest first."""
    units = {"unit": np.arange(response.mean.shape[1]), "cluster": clusters.unit_labels + 1}
    spread = {"expected response": response.mean[row], "standard deviation": response.deviation[row]}
    return _strongest_first(units | spread | _quantile_columns(response, row))


def unit_table(response: ExpectedResponse, unit: int, names: list[str], clusters: Coclusters) -> pd.DataFrame:
    """Response of one unit to every word, strongest first."""
    words = {"word": names, "cluster": clusters.word_labels + 1, "occurrences": response.counts}
    spread = {"expected response": response.mean[:, unit], "standard deviation": response.deviation[:, unit]}
    return _strongest_first(words | spread)


def expected_response_table(response: ExpectedResponse, rows: list[int], words: list[str]) -> pd.DataFrame:
    """One row per unit; of each word the mean and the bands; sorted by the first word."""
    table = pd.DataFrame({"unit": np.arange(response.mean.shape[1])})
    for word, row in zip(words, rows, strict=True):
        table[word] = response.mean[row]
        for name, values in _quantile_columns(response, row).items():
            table[f"{word} {name}"] = values
    return table.sort_values(words[0], ascending=False)


def _quantile_columns(response: ExpectedResponse, row: int) -> dict[str, np.ndarray]:
    return {f"{fraction:.0%}": response.quantile(fraction)[row] for fraction in response.fractions}


def guesses_table(reading: Reading, position: int, vocabulary: Vocabulary) -> pd.DataFrame:
    """What the model expected after a position, likeliest first."""
    guesses = [vocabulary.display(guess) for guess in reading.guess_ids[position]]
    return pd.DataFrame({"expected next": guesses, "probability": reading.guess_probabilities[position]})


def classes_table(reading: Reading, position: int, classes: tuple[str, ...]) -> pd.DataFrame:
    """What a classifier would say if the text ended after a position, likeliest first."""
    table = pd.DataFrame({"class": classes, "probability": reading.class_probabilities[position]})
    return table.sort_values("probability", ascending=False, kind="stable")


def occurrence_table(reading: Reading, position: int, response: ExpectedResponse, clusters: Coclusters) -> pd.DataFrame:
    """What one token did to every unit beside what its word usually does, strongest first.

    percentile: within the outermost recorded fractions; empty where the word's distribution was not recorded.
    """
    own = reading.responses(response.state)[position, response.layer]
    compared = percentiles(reading, response, [position])
    columns = {"unit": np.arange(len(own)), "cluster": clusters.unit_labels + 1, "response": own}
    rows = np.flatnonzero(response.token_ids == reading.ids[position])
    columns["expected response"] = response.mean[rows[0]] if len(rows) else np.full(len(own), np.nan)
    columns["percentile"] = (100 * compared.fractions[0]).round(1)
    return pd.DataFrame(columns).sort_values("response", key=np.abs, ascending=False)


def texts_table(run: Run, listed: TextList, found: TextSummaries) -> pd.DataFrame:
    """One row per text, in the order of the file; positions are counted from 1."""
    columns: dict[str, Any] = {
        "row": np.arange(1, len(listed.texts) + 1),
        "text": [" ".join(text[:SHOWN_CHARACTERS].split()) for text in listed.texts],
    }
    if run.classes:
        read = found.predicted >= 0
        names = np.array([*run.classes, ""])
        columns["class"] = names[found.predicted]
        columns["probability"] = np.where(read, found.class_probabilities.max(1), np.nan)
        if listed.labels is not None:
            columns["true class"] = names[found.labels]
            columns["its probability"] = found.label_probability
        columns["settled at"] = np.where(read, found.settled + 1, np.nan)
        shown = (display_token(token, run.vocabulary.tokenisation) for token in found.settled_tokens)
        columns["settled by"] = list(shown)
    else:
        columns["surprise (nats)"] = found.nats
        if run.vocabulary.tokenisation.unit == "words":
            columns["perplexity"] = np.exp(np.minimum(found.nats, 700))
        else:
            columns["bits per character"] = found.nats / np.log(2)
    columns |= {"tokens": found.tokens, "unknown": found.unknown, "change": found.change, "kept": found.kept_rate}
    columns |= {"left out": found.left_out, "note": found.faults}
    return pd.DataFrame(columns)


def step_table(flow: ClusterFlow, position: int, labels: list[str]) -> pd.DataFrame:
    """What one token did to every cluster, in sums over its units."""
    gained, lost = _changes(flow)
    return pd.DataFrame(
        {
            "cluster": range(1, len(labels) + 1),
            "words": labels,
            "gained": gained[position],
            "lost": lost[position],
            "kept": flow.kept_rate[position],
        }
    )


def steps_table(reading: Reading, flow: ClusterFlow, vocabulary: Vocabulary, classes: tuple[str, ...]) -> pd.DataFrame:
    """One row per token: surprise and guesses, or the classes, and what it did to every cluster."""
    shown = [display_token(token, vocabulary.tokenisation) for token in reading.tokens]
    columns: dict[str, Any] = {"token": shown, "known": reading.known}
    if not classes:
        columns["surprise (nats)"] = reading.surprise_nats
    for place, name in enumerate(classes):
        columns[f"probability of {name}"] = reading.class_probabilities[:, place]
    for rank in range(reading.guess_ids.shape[1]):
        columns[f"guess {rank + 1}"] = [vocabulary.display(guess) for guess in reading.guess_ids[:, rank]]
        columns[f"probability {rank + 1}"] = reading.guess_probabilities[:, rank]
    gained, lost = _changes(flow)
    for cluster in range(len(flow.sizes)):
        columns[f"gained {cluster + 1}"] = gained[:, cluster]
        columns[f"lost {cluster + 1}"] = lost[:, cluster]
        columns[f"kept {cluster + 1}"] = flow.kept_rate[:, cluster]
    return pd.DataFrame(columns)


def _allowed(about: dict[str, Any]) -> str:
    if "anyOf" in about:
        return " or ".join(_allowed(choice) for choice in about["anyOf"])
    if "enum" in about or "const" in about:
        return ", ".join(about.get("enum", [about.get("const")]))
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    bounds = (f"{sign} {about[bound]:,}" for bound, sign in signs.items() if bound in about)
    kinds = {"integer": "whole number", "string": "text", "boolean": "true, false"}
    return " ".join((kinds.get(about["type"], about["type"]), ", ".join(bounds))).strip()


def sample_table(written: Sample, vocabulary: Vocabulary) -> pd.DataFrame:
    """One row per token that the network wrote."""
    return pd.DataFrame(
        {
            "position": range(1, len(written.ids) + 1),
            "token": [vocabulary.display(token_id) for token_id in written.ids],
            "probability": written.probabilities,
        }
    )


def tree_table(grown: Tree, vocabulary: Vocabulary) -> pd.DataFrame:
    """One row per node, a path from the prompt to it."""
    columns = ("depth", "path", "token", "probability", "probability of the path")
    return pd.DataFrame(_node_rows(grown.root, (), vocabulary), columns=columns)


def _node_rows(node: Node, before: tuple[str, ...], vocabulary: Vocabulary) -> Iterator[tuple[Any, ...]]:
    for child in node.children:
        path = (*before, vocabulary.display(child.token_id))
        yield len(path), " ".join(path), path[-1], child.probability, child.path_probability
        yield from _node_rows(child, path, vocabulary)


def _changes(flow: ClusterFlow) -> tuple[np.ndarray, np.ndarray]:
    return flow.gained_positive + flow.gained_negative, flow.lost_positive + flow.lost_negative


def _strongest_first(columns: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(columns).sort_values("expected response", key=np.abs, ascending=False)
