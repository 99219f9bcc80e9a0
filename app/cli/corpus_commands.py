"""Commands about text: corpora, prepare."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from app.cli.console import AsJson, check_choice, print_json, print_line, print_table, progress_bar
from data_prep.balancing import Balance
from data_prep.corpus import SPLITS, Corpus
from data_prep.errors import UserError
from data_prep.known import corpus_states, expected_counts, prepare_known
from data_prep.labelled import LabelOptions
from data_prep.preparing import DEFAULT_CAP, DEFAULT_FRACTIONS, prepare_corpus
from data_prep.progress import OnProgress
from data_prep.registry import known_corpora
from data_prep.tokens import SentenceEnds, Tokenisation, Unit

NEXT = {"words": "words-lstm", "bytes": "bytes-lstm", "characters": "bytes-lstm"}
NEXT_OF_LABELLED = "yelp-gru"


def corpora(as_json: AsJson = False) -> None:
    """List the known corpora and your own: state, licence, source."""
    states = corpus_states()
    if as_json:
        return print_json({"corpora": [asdict(state) for state in states]})
    rows = [(s.name, s.task, s.state, s.title if not s.fault else s.fault, s.licence or "yours") for s in states]
    print_table(("corpus", "task", "state", "what", "licence"), rows)
    print_line("Prepare one: rnnscope prepare NAME [--source FOLDER], or any text of yours: rnnscope prepare PATH")


def prepare(
    what: Annotated[
        list[str], typer.Argument(help="A known corpus (see rnnscope corpora), or text files, tables or a folder.")
    ],
    source: Annotated[
        Path | None, typer.Option(help="For a known corpus: the folder or file that it is made from.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the corpus; by default from the file's name.")] = None,
    unit: Annotated[str, typer.Option("--as", help="words, characters or bytes.")] = "words",
    sentence_ends: Annotated[
        str, typer.Option(help="For words, where <eos> stands: after 'punctuation', at the end of 'lines', or 'none'.")
    ] = "punctuation",
    cap: Annotated[int, typer.Option(help="For words and characters, the size of the vocabulary at most.")] = (
        DEFAULT_CAP
    ),
    fractions: Annotated[
        tuple[float, float, float], typer.Option(help="Parts for training, validation and test.")
    ] = DEFAULT_FRACTIONS,
    pattern: Annotated[str, typer.Option(help="Of a folder, the files to take, such as '*.txt'.")] = "*",
    encoding: Annotated[str | None, typer.Option(help="Of the text; by default it is found out.")] = None,
    text_column: Annotated[str, typer.Option(help="Of a table (csv, tsv, jsonl, parquet).")] = "text",
    label_column: Annotated[str | None, typer.Option(help="Of a table: makes its rows labelled texts.")] = None,
    longest: Annotated[int | None, typer.Option(help="Words that a labelled text may have.")] = None,
    draw: Annotated[int | None, typer.Option(help="Labelled texts to draw; by default all.")] = None,
    balance: Annotated[
        str | None, typer.Option(help="Training part: none, oversample, undersample or class-weights.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of drawing, splitting and balancing labelled texts.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Turn a known corpus, or text of your own, into a corpus."""
    check_choice(unit, get_args(Unit), "--as")
    check_choice(sentence_ends, get_args(SentenceEnds), "--sentence-ends")
    if balance is not None:
        check_choice(balance, get_args(Balance), "--balance")
    known = what[0] if len(what) == 1 and what[0] in known_corpora() else None
    if known is None and source is not None:
        raise UserError(
            f"--source belongs to a known corpus, and {what[0]} is none.", f"Known are: {', '.join(known_corpora())}."
        )
    if balance is not None and label_column is None and known is None:
        raise UserError("--balance needs labels.", "Name their column: --label-column NAME")
    with _ended_cleanly(), progress_bar(f"preparing {known or what[0]}") as report:
        if known:
            corpus = prepare_known(
                known, source, own_name=name, balance=balance, seed=seed, on_progress=_shown_by(report)
            )
        else:
            labels = label_column and LabelOptions(
                label_column, longest=longest, draw=draw, balance=balance or "none", seed=seed
            )
            corpus = prepare_corpus(
                [Path(path) for path in what],
                Tokenisation(unit, sentence_ends),
                name=name,
                cap=cap,
                fractions=fractions,
                pattern=pattern,
                encoding=encoding,
                text_column=text_column,
                labels=labels or None,
                on_progress=_shown_by(report),
            )
    summary = corpus.summary()
    if counts := expected_counts(corpus):
        summary["literature"] = counts
    if as_json:
        return print_json(summary)
    _print_summary(corpus, summary)


def _print_summary(corpus: Corpus, summary: dict[str, Any]) -> None:
    unit, labelled = summary["unit"], corpus.source.get("labelled")
    kinds = {"words": "types of word", "characters": "characters", "bytes": "byte values"}[unit]
    headings = ("part", "tokens", "unknown", *(("texts", *corpus.classes) if labelled else ()))
    rows = []
    for part in SPLITS:
        row = [part, f"{summary['splits'][part]['tokens']:,}", f"{summary['unknown_rate'][part]:.1%}"]
        if labelled:
            row.append(f"{summary['splits'][part]['texts']:,}")
            row += [f"{labelled['after_balancing'][part][label]:,}" for label in corpus.classes]
        rows.append(tuple(row))
    print_table(headings, rows, f"{corpus.name}: {summary['vocabulary_size']:,} {kinds}")
    print_line(f"Read as {corpus.source['encoding']}; kept in {corpus.folder}")
    for reason, count in (labelled or {}).get("left_out", {}).items():
        print_line(f"Left out: {count:,} {reason}")
    if labelled and labelled["wanted"] and labelled["drawn"] < labelled["wanted"]:
        print_line(f"Only {labelled['drawn']:,} texts were there to draw, not {labelled['wanted']:,}.")
    if "literature" in summary:
        reproduced = summary["literature"]["reproduced"]
        print_line("The counts are as expected." if reproduced else "The counts are not those expected of this corpus.")
    for note in corpus.source.get("notes", ()):
        print_line(note)
    print_line(f"Next: rnnscope train {NEXT_OF_LABELLED if labelled else NEXT[unit]} --corpus {corpus.name}")


def _shown_by(report: Any) -> OnProgress:
    return lambda fraction, state: report(fraction, state=state)


@contextmanager
def _ended_cleanly() -> Iterator[None]:
    """A termination signal ends the work as Ctrl+C does: what is half-written is removed."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
