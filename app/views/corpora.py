"""The corpora: what is known, what is prepared, what each is made of; and adding one's own."""

import streamlit as st

from app import cached
from app.figures.corpus import plot_classes, plot_frequencies, plot_text_lengths
from app.links import take_choice
from app.notices import how_to_read, literal, show_error
from app.numbers import numbers
from app.panels.training.add_corpus import add_corpus
from app.tables.corpora import balance_table, corpora_table, lengths_table
from data_prep.corpus import Corpus
from data_prep.errors import UserError


def origin_of(corpus: Corpus) -> str:
    """Where a corpus comes from and what may be done with it, in one line."""
    source = corpus.source
    licence = source.get("licence") or "licence: yours to know"
    return f"From {source['file']} ({source['bytes']:,} bytes, {source['encoding']}) · {licence}"


st.title("Corpora", anchor=False)
prepared, states = cached.prepared_corpora(), cached.corpus_states()
take_choice("corpus", prepared)
name = st.selectbox(
    "Corpus", prepared, key="corpus", bind="query-params", placeholder="none is prepared yet", disabled=not prepared
)
dark = st.context.theme.type == "dark"
if name is None:
    st.info("No text is prepared on this machine yet: add your own below, or a known corpus by rnnscope prepare.")
else:
    try:
        corpus, statistics = cached.find_corpus(name)
        noun = corpus.vocabulary.tokenisation.noun
        columns = st.columns(4)
        for column, (part, tokens) in zip(columns, statistics.tokens.items(), strict=False):
            unknown = statistics.unknown_rates[part]
            column.metric(f"{part}, {noun}s", f"{tokens:,}", border=True)
            column.caption(f"{unknown:.1%} outside the vocabulary" if unknown else "all in the vocabulary")
        columns[3].metric("Vocabulary", f"{len(corpus.vocabulary):,}", border=True)
        columns[3].caption(f"of {statistics.types_before_cap:,} different {noun}s")
        st.caption(literal(origin_of(corpus)))
        for note in corpus.source.get("notes", ()):
            st.info(literal(note))

        table, origin = cached.find_frequencies(name)
        left, right = st.columns(2, gap="large")
        left.plotly_chart(
            plot_frequencies(table["occurrences"].to_numpy(), table["token"].tolist(), noun, dark=dark),
            theme=None,
            alt=f"Occurrences of the {noun}s by their rank",
        )
        right.dataframe(table, hide_index=True, height=320)
        how_to_read(
            f"Left, how often the {noun}s of the training part occur, from the most frequent to the rarest; right, "
            "the same as a table, to sort by occurrences either way.",
            "the curve ends at the cap of the vocabulary, not at the rarest word of the text."
            if statistics.types_before_cap > len(corpus.vocabulary)
            else f"what is frequent need not tell much: the first few {noun}s stand in any text.",
        )
        if origin:
            st.caption(literal(origin))
        if statistics.text_lengths:
            left, right = st.columns(2, gap="large")
            left.plotly_chart(plot_text_lengths(statistics.text_lengths, dark=dark), theme=None, alt="Lengths of texts")
            right.plotly_chart(
                plot_classes(statistics.classes_before, statistics.classes_after, dark=dark),
                theme=None,
                alt="Texts of every class before and after balancing",
            )
            how_to_read(
                "Left, how long the texts are; right, how many each class has: hatched before balancing, full after.",
                "oversampled texts are repeats: they add no new evidence, and only the training part has them.",
            )
            numbers(lengths_table(statistics), "lengths", label="Lengths")
            numbers(balance_table(statistics), "classes", label="Classes")
    except UserError as error:
        show_error(error)

add_corpus()
st.subheader("All corpora", anchor=False)
st.dataframe(corpora_table(states), hide_index=True, width="stretch")
st.caption(
    "rnnscope ships no text. A known corpus is prepared with `rnnscope prepare NAME --source FOLDER` from files at "
    "hand, or without `--source` from the network."
)
