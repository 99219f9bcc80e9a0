"""Commands about text: prepare."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import AsJson, check_choice, print_json, print_line, print_table
from data_prep.corpus import SPLITS
from data_prep.preparing import DEFAULT_CAP, DEFAULT_FRACTIONS, prepare_corpus
from data_prep.tokens import Tokenisation


def prepare(
    path: Annotated[Path, typer.Argument(help="A plain text file.")],
    name: Annotated[str | None, typer.Option(help="Name of the corpus; by default from the file's name.")] = None,
    unit: Annotated[str, typer.Option("--as", help="words or bytes.")] = "words",
    sentence_ends: Annotated[
        str, typer.Option(help="For words, where <eos> stands: after 'punctuation', or at the end of 'lines'.")
    ] = "punctuation",
    cap: Annotated[int, typer.Option(help="For words, the size of the vocabulary at most.")] = DEFAULT_CAP,
    fractions: Annotated[
        tuple[float, float, float], typer.Option(help="Parts for training, validation and test.")
    ] = DEFAULT_FRACTIONS,
    as_json: AsJson = False,
) -> None:
    """Turn a text file into a corpus."""
    check_choice(unit, ("words", "bytes"), "--as")
    check_choice(sentence_ends, ("punctuation", "lines"), "--sentence-ends")
    corpus = prepare_corpus(path, Tokenisation(unit, sentence_ends), name=name, cap=cap, fractions=fractions)
    summary = corpus.summary()
    if as_json:
        return print_json(summary)
    rows = [(part, f"{summary['splits'][part]['tokens']:,}", f"{summary['unknown_rate'][part]:.1%}") for part in SPLITS]
    kinds = "types of word" if unit == "words" else "byte values"
    print_table(("part", "tokens", "unknown"), rows, f"{corpus.name}: {summary['vocabulary_size']:,} {kinds}")
    print_line(f"Next: rnnscope train {unit}-lstm --corpus {corpus.name}")
