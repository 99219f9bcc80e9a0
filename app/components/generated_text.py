"""A prompt and what a network wrote after it, with a bar under each token for its probability."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from app.components.assets import assets
from data_prep.prompt import Prompt
from data_prep.tokens import SENTENCE_END, display_token
from data_prep.vocabulary import Vocabulary
from models.generation.sampling import Sample

_mount = st.components.v2.component("generated_text", **assets("generated_text"))


def generated_text(data: dict[str, Any], *, key: str, on_pick: Callable[[], None]) -> None:
    """Draw the text.

    A click on a token that was written calls `on_pick`, after which `st.session_state[key].picked` is {"position"},
    counted from the first of them.
    """
    _mount(key=key, data=data, on_picked_change=on_pick)


def generated_text_data(prompt: Prompt, written: Sample, vocabulary: Vocabulary) -> dict[str, Any]:
    """What the browser needs: every token as it can be seen, its probability, and whether a line ends with it.

    sign: whether what is seen stands for something else, such as a space.
    """
    unknown = set(prompt.unknown)

    def shown(token: str) -> dict[str, Any]:
        seen = display_token(token, vocabulary.tokenisation)
        ends = token in ("\n", SENTENCE_END)
        return {"text": seen, "sign": ends or seen != token, "ends": ends}

    return {
        "noun": vocabulary.tokenisation.noun,
        "prompt": [shown(token) | {"known": token not in unknown} for token in prompt.tokens],
        "written": [
            shown(token) | {"probability": probability}
            for token, probability in zip(written.tokens, written.probabilities, strict=True)
        ],
    }
