"""What both sides are and how good, in a table."""

import streamlit as st

from analysis.clusters.quality import QualityProfile
from app.cached import RECORDED
from app.comparing import Side, figures_of, words_in_common
from app.notices import how_to_read, literal
from app.panels.cluster_quality import checked_so_far, wait_for_check
from app.panels.compare.states import show_table
from app.panels.recording import recorded_from, recorded_text
from app.tables.comparison import cluster_rows, layer_rows, quality_rows, run_rows, sides_table
from app.tables.runs import headline


def side_heading(side: Side, carriers: float) -> None:
    """A side in two lines: what it is, and the figure that tells most. carriers: fraction of units that carry half."""
    name, value, _ = headline(side.run)
    quality = f"{name.lower()} {value}" if side.run.test and side.options.checkpoint is None else ""
    said = [side.run.model_name, quality, f"half of a response in {carriers:.0%} of units"]
    colour = "green" if side.name == "A" else "violet"
    text = "" if side.options == RECORDED else f" · {recorded_text(side.run, side.options)}"
    st.markdown(
        f":{colour}-badge[**{side.name}**] **{literal(side.run.id)}** · {literal(side.layer_name + text)}  \n"
        f":small[{literal(' · '.join(part for part in said if part))}]"
    )


def show_figures(first: Side, second: Side) -> None:
    """Corpus, size, test figures, sparsity, saturation, and how far the clusters are to be trusted."""
    figures = figures_of(first, second)
    profiles = [checked_so_far(side.clustering) for side in (first, second)]
    rows = [
        run_rows(side.run, side.options.checkpoint)
        | {"looked at": side.layer_name, "recorded from": recorded_from(side.run, side.options)}
        | layer_rows(figures[side.name])
        | cluster_rows(side.clusters())
        | quality_rows(profile if isinstance(profile, QualityProfile) else None, side.clusters().k)
        for side, profile in zip((first, second), profiles, strict=True)
    ]
    show_table(sides_table(*rows))
    units = {side.run.vocabulary.tokenisation.unit for side in (first, second)}
    if first.run.task != second.run.task:
        st.caption("The test figures are of different tasks: they cannot be compared.")
    elif len(units) > 1:
        st.caption(f"The test figures are per token of {' and of '.join(sorted(units))}: they cannot be compared.")
    elif first.run.corpus["digest"] != second.run.corpus["digest"]:
        st.caption("The test figures are on different texts: they cannot be compared.")
    if None in profiles:
        wait_for_check(first.clustering, second.clustering)
    how_to_read(
        "Every figure of A beside that of B; those of the responses are over "
        + ("the words that both have in common" if len(words_in_common(first, second)) else "the words of each side")
        + ", as often as they occur.",
        "two models differ in more than one thing at a time: size, training and luck of the seed among them.",
    )
