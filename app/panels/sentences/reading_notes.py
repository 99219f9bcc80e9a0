"""What of the texts was left out, skipped, or read as an unknown word."""

from collections.abc import Sequence

import streamlit as st

from analysis.texts.reading import Reading
from data_prep.encoded_text import LONGEST
from models.run import Run


def reading_notes(run: Run, readings: Sequence[Reading]) -> None:
    """One notice for each text that was not read as it was typed."""
    noun = run.vocabulary.tokenisation.noun
    for number, reading in enumerate(readings, 1):
        text = f"Text {number}: " if len(readings) > 1 else ""
        if reading.left_out:
            st.warning(f"{text}Only the first {LONGEST:,} tokens are shown; {reading.left_out:,} more were left out.")
        if reading.skipped:
            st.warning(f"{text}{reading.skipped:,} symbols are not in the vocabulary of this model and were skipped.")
        if not reading.known.any():
            st.warning(f"{text}Not one {noun} is in the vocabulary: the network reads \\<unk\\> throughout.")
        elif unknown := int((~reading.known).sum()):
            st.info(
                f"{text}{unknown:,} of {len(reading.tokens):,} {noun}s are not in the vocabulary: the network reads "
                "them as \\<unk\\>; they have a wavy line."
            )
