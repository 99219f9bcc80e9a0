"""The panel that replaces one token of a text and shows how far the difference reaches."""

import streamlit as st

from analysis.similarity import nearest_words
from analysis.texts.reading import Reading
from analysis.texts.replacing import Downstream, Replacement
from app import cached
from app.components.sentence_glyphs import named_clusters, sentence_glyphs, sentence_glyphs_data
from app.figures.replacing import plot_downstream
from app.linked_text import TEXT_KEYS, texts
from app.notices import how_to_read, literal, show_error
from app.numbers import numbers
from app.panels.sentences.texts import take_texts
from app.selection import Selection
from app.tables.sentences import downstream_table
from app.wording import counted
from data_prep.errors import UserError
from data_prep.joining import join_tokens
from data_prep.tokens import display_token
from data_prep.vocabulary import Vocabulary

KEY, LEFT_OUT = "changed-glyphs", "(leave it out)"
NEIGHBOURS = 5


def what_if_panel(chosen: Selection, text: str, position: int, labels: list[str]) -> None:
    """Choose what stands there instead, and see what follows; labels: of the clusters."""
    run, vocabulary = chosen.run, chosen.run.vocabulary
    reading = cached.find_reading(run, text)
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    typed = left.text_input("Instead", key="instead", bind="query-params", placeholder="type, or choose", max_chars=200)
    suggested = _suggested(chosen, reading, position)
    right.pills(
        f"What the network expected here, and {vocabulary.tokenisation.noun}s that it treats alike",
        suggested,
        key="instead-suggested",
        on_change=_take_suggestion,
    )
    if not typed:
        st.info("Type another word or choose one: both texts are then read, and their states compared token by token.")
        return
    tokens = () if typed == LEFT_OUT else _tokens(typed, vocabulary)
    if typed != LEFT_OUT and not tokens:
        st.info("There is nothing in that to read.")
        return
    try:
        replaced = cached.find_replacement(run, text, position, tokens)
        found = cached.find_downstream(text, position, tokens, *chosen.clustered)
    except UserError as error:
        show_error(error)
        return
    if not replaced.changed.known[position : position + len(tokens)].all():
        st.info("Not all of that is in the vocabulary: the network reads \\<unk\\>.")
    _figures(chosen, replaced, found)
    shown = [display_token(token, vocabulary.tokenisation) for token in reading.tokens]
    st.plotly_chart(
        plot_downstream(found, position, shown, labels, run.classes, dark=st.context.theme.type == "dark"),
        theme=None,
        alt=f"Difference of the state at {len(shown)} tokens after token {position + 1} was replaced",
    )
    how_to_read(
        "Top: how far the two states are apart, as a share of the state's own size (1: as far as from nothing; 1.4: "
        "like two states that have nothing in common), dotted at half of the largest. Middle: what the network says of "
        "the same tokens, hatched where it is less. Below: where in the memory the difference sits.",
        "a difference that fades was forgotten, not without effect; a short text ends before anything can fade.",
    )
    _both(chosen, text, replaced, tokens, position)
    numbers(
        lambda: downstream_table(replaced, found, vocabulary, run.classes),
        "what-if",
        label="The difference, token by token",
        rows=len(reading.tokens) - position,
    )


def _suggested(chosen: Selection, reading: Reading, position: int) -> list[str]:
    vocabulary, token_id = chosen.run.vocabulary, int(reading.ids[position])
    expected = reading.guess_ids[position - 1].tolist() if position and not chosen.run.classes else []
    response = chosen.response()
    rows = [row for row, own in enumerate(response.token_ids.tolist()) if own == token_id]
    near = response.token_ids[nearest_words(response, rows[0], NEIGHBOURS).rows].tolist() if rows else []
    ids = [other for other in dict.fromkeys([*expected, *near]) if other != token_id]
    return [*(vocabulary.display(other) for other in ids), *([LEFT_OUT] if len(reading.tokens) > 1 else [])]


def _tokens(typed: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """What was typed as tokens; a suggestion as it is shown, such as ␣, is the token that it shows."""
    shown = vocabulary.by_display.get(typed) if len(typed) < 9 else None
    return tuple(vocabulary.tokenisation.split(typed)) if shown is None else (shown,)


def _take_suggestion() -> None:
    if st.session_state["instead-suggested"] is not None:
        st.session_state["instead"] = st.session_state["instead-suggested"]


def _figures(chosen: Selection, replaced: Replacement, found: Downstream) -> None:
    follow = len(replaced.original.tokens) - replaced.position - 1
    at_once, largest, half, faded = st.columns(4)
    at_once.metric(
        "Difference there", f"{found.relative[replaced.position]:.0%}", help="Of the size of the state.", border=True
    )
    largest.metric(
        "Largest",
        f"{found.relative[found.largest]:.0%}",
        f"token {found.largest + 1}",
        delta_color="off",
        delta_arrow="off",
        border=True,
    )
    for column, name, value in (
        (half, "Halved after", found.halved_after),
        (faded, "Down to a tenth after", found.faded_after),
    ):
        column.metric(
            name,
            "not here" if value is None else counted(value, "token"),
            f"of {follow} that follow",
            delta_color="off",
            delta_arrow="off",
            border=True,
            help="Counted from the replaced token, to stay so to the end; “not here”: the text ends before.",
        )
    if not replaced.original.class_probabilities.size:
        return
    before, after = replaced.original.class_probabilities[-1], replaced.changed.class_probabilities[-1]
    told, classes = int(before.argmax()), chosen.run.classes
    st.caption(
        f"At the end {literal(classes[told])} has {before[told]:.0%} in the text as it is and {after[told]:.0%} in the "
        "changed one."
    )


def _both(chosen: Selection, text: str, replaced: Replacement, tokens: tuple[str, ...], position: int) -> None:
    run, vocabulary = chosen.run, chosen.run.vocabulary
    heading, button = st.columns([3, 1], vertical_alignment="center")
    heading.markdown("**Both texts, on one scale, aligned at the replaced token**")
    new = join_tokens(replaced.changed.tokens, vocabulary.tokenisation)
    kept = button.button(
        "Keep as another text",
        on_click=_keep,
        args=(new,),
        disabled=len(texts()) >= len(TEXT_KEYS),
        icon=":material/add:",
        help="The changed text becomes the next of the texts above.",
    )
    if kept:  # this part of the page runs alone, and the boxes with the texts stand outside it
        st.rerun(scope="app")
    rows = [
        cached.find_glyph_row(text, *chosen.clustered),
        cached.find_changed_row(text, position, tokens, *chosen.clustered),
    ]
    at = min(position, len(rows[1]["tokens"]) - 1)
    window = (max(0, position - 3), max(0, position - 3) + 12)
    data = sentence_glyphs_data(
        rows,
        [0, 0],
        [position, at],
        ["As it is", "Changed"],
        named_clusters(chosen.response(), chosen.clusters(), vocabulary),
        vocabulary.tokenisation.noun,
        guesses=0,
        window=window if len(rows[0]["tokens"]) > 12 else None,
        key=repr((run.digest, chosen.clustered, text, position, tokens)),
        title="What if, word by word",
    )
    sentence_glyphs(data, None, key=KEY, on_pick=lambda: None, on_window=lambda: None)


def _keep(new: str) -> None:
    take_texts([*texts(), new])
