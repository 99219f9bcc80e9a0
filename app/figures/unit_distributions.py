"""How the states and gates of units are distributed over the tokens of a text."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.recording.result import BIN_WIDTH, LEFT_SATURATED, RIGHT_SATURATED
from app.figures.style import escaped, faded, series, shortened, styled

COLUMNS, PANEL = 3, 150  # panels side by side, pixels of height of one
SATURATED = "rgba(128,128,128,.13)"


def plot_unit_distributions(
    distributions: Mapping[str, np.ndarray], titles: Mapping[str, str], units: Sequence[str], *, dark: bool
) -> go.Figure:
    """One panel per state or gate: the share of the tokens at which a value lies in each bin, for up to four units.

    distributions: name → (U, bins) counts, over −1 … 1 for what may be negative, over 0 … 1 for gates; titles: of the
    panels; units: what the U units are called. Saturated values lie in the grey margins.
    """
    rows = -(-len(distributions) // COLUMNS)
    figure = make_subplots(
        rows, COLUMNS, subplot_titles=[escaped(titles[name]) for name in distributions],
        vertical_spacing=0.36 / rows, horizontal_spacing=0.08,
    )  # fmt: skip
    for place, counts in enumerate(distributions.values()):
        row, column = place // COLUMNS + 1, place % COLUMNS + 1
        bins = counts.shape[1]
        lowest = 1 - bins * BIN_WIDTH
        shares = counts / counts.sum(1, keepdims=True)
        edges = np.linspace(lowest, 1, bins + 1)
        signed = lowest < -0.5
        for low, high in ((lowest, -RIGHT_SATURATED if signed else LEFT_SATURATED), (RIGHT_SATURATED, 1)):
            figure.add_vrect(x0=low, x1=high, fillcolor=SATURATED, line_width=0, layer="below", row=row, col=column)
        for own, name, (colour, dash) in zip(shares, units, series(dark=dark), strict=False):
            figure.add_scatter(
                x=edges,
                y=np.append(own, own[-1]),
                mode="lines",
                line={"shape": "hv", "color": colour, "width": 2, "dash": dash},
                fill="tozeroy" if len(units) == 1 else None,
                fillcolor=faded(colour, 0.3),
                name=escaped(shortened(name, 40)),
                legendgroup=name,
                showlegend=place == 0 and len(units) > 1,
                hovertemplate="%{x:.2f} …: %{y:.1%} of the tokens",
                row=row,
                col=column,
            )
        figure.update_xaxes(
            range=(lowest - 0.02, 1.02), tickvals=(-1, 0, 1) if signed else (0, 0.5, 1), row=row, col=column
        )
    styled(figure, dark=dark, height=70 + PANEL * rows, x="", y="")
    figure.update_yaxes(tickformat=".0%", nticks=4, rangemode="tozero")
    figure.update_layout(margin={"l": 44, "t": 54 if len(units) > 1 else 30, "b": 28}, hovermode="closest")
    if len(units) > 1:
        figure.update_layout(legend={"y": 1 + 26 / (PANEL * rows)})
    return figure
