"""How two sides use their states and gates."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from app.figures.style import SIDES, styled

SATURATED = 0.9
_GATES = ("input_gate", "forget_gate", "output_gate", "reset_gate", "update_gate")
_MARKS = {"A": "circle", "B": "diamond-open"}


def plot_compared_values(counts: Mapping[str, np.ndarray], what: Mapping[str, str], *, dark: bool) -> go.Figure:
    """How often the values of each side's units fall where, from counts (H, bins) over −1 … 1.

    counts, what: by side; what is drawn of it, such as "hidden state". Beyond ±`SATURATED` is shaded.
    """
    figure = go.Figure()
    for side, own in counts.items():
        colour, dash = SIDES[side]
        shares = own.sum(0) / own.sum()
        edges = np.linspace(-1, 1, len(shares) + 1)
        figure.add_scatter(
            x=(edges[:-1] + edges[1:]) / 2,
            y=shares,
            mode="lines",
            line={"color": colour, "dash": dash, "width": 2.4, "shape": "hvh"},
            name=f"{side}: {what[side]}",
            customdata=np.stack((edges[:-1], edges[1:]), axis=1),
            hovertemplate=f"{side}: %{{y:.1%}} of values from %{{customdata[0]:.2f}} to %{{customdata[1]:.2f}}"
            "<extra></extra>",
        )
    for low, high in ((-1, -SATURATED), (SATURATED, 1)):
        figure.add_vrect(x0=low, x1=high, fillcolor="#888", opacity=0.15, line_width=0)
    figure.update_layout(showlegend=True)
    figure = styled(figure, dark=dark, height=320, x="value of a unit (shaded: saturated)", y="share of all values")
    figure.update_xaxes(range=[-1, 1], dtick=0.5)
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    return figure


def plot_compared_gates(
    sides: Mapping[str, tuple[Mapping[str, np.ndarray], Mapping[str, np.ndarray]]], *, dark: bool
) -> go.Figure:
    """A panel per gate, a mark per unit: how often it is open (right) and how often shut (up), of the tokens.

    sides: of A and of B, gate → (H,) fractions of tokens below .1, and the same above .9; of sides with gates only.
    """
    gates = gates_of([left for left, _ in sides.values()])
    figure = make_subplots(
        1,
        len(gates),
        shared_yaxes=True,
        shared_xaxes="all",
        subplot_titles=[gate.replace("_", " ") for gate in gates],
        horizontal_spacing=0.03,
    )
    for side, (left, right) in sides.items():
        first = True
        for place, gate in enumerate(gates):
            if gate not in left:
                continue
            figure.add_scatter(
                x=right[gate],
                y=left[gate],
                row=1,
                col=place + 1,
                mode="markers",
                marker={"color": SIDES[side][0], "symbol": _MARKS[side], "size": 7, "opacity": 0.75},
                name=side,
                legendgroup=side,
                showlegend=first,
                customdata=np.arange(len(left[gate])),
                hovertemplate=f"{side}, unit %{{customdata}}: above .9 at %{{x:.0%}} of tokens, below .1 at %{{y:.0%}}"
                "<extra></extra>",
            )
            first = False
    figure = styled(figure, dark=dark, height=320, x="", y="")
    figure.update_layout(margin={"t": 66}, legend={"y": 1.14})
    figure.update_xaxes(tickformat=".0%", range=[-0.03, 1.03], dtick=0.5, title="above .9")
    figure.update_yaxes(tickformat=".0%", range=[-0.03, 1.03], dtick=0.5)
    figure.update_yaxes(title="below .1, of the tokens", col=1)
    return figure


def gates_of(sides: Sequence[Mapping[str, np.ndarray]]) -> list[str]:
    """The gates that any of the sides has, in the order of the textbooks."""
    return [gate for gate in _GATES if any(gate in own for own in sides)]
