"""Gates: how often each unit's are wide open and how often shut, over a part of the corpus."""

import streamlit as st

from analysis.gates.saturation import is_gated, near_integrators
from app import cached, selection
from app.figures.gate_saturation import plot_gate_saturation
from app.notices import PageEnded, how_to_read, literal
from app.panels.gates import (
    CHART,
    PARTS,
    ensure_counted,
    first_part,
    go_to_unit,
    offer_exact,
    show_tables,
    take_click,
    unit_quantities,
)

CONVENTIONS = ("torch's z", "the papers' 1 − z")
CONVENTION = (
    "torch's GRU is h′ = (1 − z)·n + z·h: where z is 1 it keeps. The papers' update gate is 1 − z, and at 1 overwrites."
)

go_to_unit()
chosen = selection.current()
run = chosen.run
cell = run.recipe.model.cell
st.space(1)  # what stands above a box is not to lie under the bar of the browser page
title, *places = st.columns([2.2, 3, 4, 3, 3], vertical_alignment="bottom")
title.title("Gates", anchor=False)
if run.origin == "states":
    st.info(f"{literal(run.id)} was taken in as recorded states: gates were not among them.")
    raise PageEnded
names = list(PARTS)
part_name = places[0].selectbox("Counted over", names, names.index(first_part(run)), key="part", bind="query-params")
below, above = sorted(  # an address may name them the other way round
    places[1].slider("Shut below, open above", 0.01, 0.99, (0.1, 0.9), 0.01, key="edges", bind="query-params")
)
part = PARTS[part_name]
ensure_counted(run, part)
drawn = CONVENTIONS[0]
if cell == "gru":
    drawn = places[3].selectbox("Update gate", CONVENTIONS, key="convention", bind="query-params")
papers = drawn == CONVENTIONS[1]
found = cached.find_saturation(run, part, below, above, papers_convention=papers)
if found is None:
    st.info(f"What was recorded of {literal(run.id)} holds no gates.")
    raise PageEnded
quantities = unit_quantities(run, chosen.state, found)
by = places[2].selectbox("Size of a circle", [*quantities, "all alike"], key="size-by", bind="query-params")

noun = run.vocabulary.tokenisation.noun
counted = f"{found.tokens:,} {noun}s of the {part_name}"
said = f"every one of {counted}" if found.exact else f"estimated from {counted}, spread over it"
high, low = ("open", "shut") if is_gated(found) else ("saturated", "near 0")
st.caption(
    f"{run.model_name} · {said} · {high} above {found.above:.2f}, {low} below {found.below:.2f}"
    + (f" · {CONVENTION} Drawn: {drawn}." if cell == "gru" else "")
)
gate = {"lstm": "forget_gate", "gru": "update_gate"}.get(cell)
kept = [one[:2] for one in near_integrators(found, papers_convention=papers)]
st.plotly_chart(
    plot_gate_saturation(
        found, quantities.get(by), kept, keeping=gate, size_name=by, dark=st.context.theme.type == "dark"
    ),
    theme=None,
    key=CHART,
    on_select=take_click,
    selection_mode="points",
    alt=f"How often the gates of every unit are above {found.above:.2f} and below {found.below:.2f}",
)
what = "its gate is wide open" if is_gated(found) else "its state is close to ±1"
how_to_read(
    f"One circle per unit: to the right, at how many tokens {what}; up, at how many it is "
    f"{'shut' if is_gated(found) else 'close to 0'}; in the corner below, neither. Nothing can lie beyond the dotted "
    f"line. The area of a circle is {'the same for all' if by == 'all alike' else f'its {by}'}, "
    f"{'diamonds are near-integrators; ' if is_gated(found) else ''}a click goes to the unit.",
    "how open a gate is says nothing about what passes through it."
    if is_gated(found)
    else "a state near ±1 hardly responds to anything: that is no memory of what it was.",
)
show_tables(found, quantities, papers_convention=papers, model_name=run.model_name)
if not found.exact:
    offer_exact(run, part)
