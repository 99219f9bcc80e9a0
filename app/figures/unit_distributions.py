"""How the states and gates of units are distributed over the tokens of a text."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.recording.result import BIN_WIDTH, LEFT_SATURATED, RIGHT_SATURATED
from app.figures.style import escaped, faded, series, shortened, styled

PANEL = 140  # pixels of height
TITLES = {"hidden": "hidden state", "cell": "tanh of the cell state"}
SIDES = ("left", "right")
SATURATED = "rgba(128,128,128,.28)"


def plot_unit_distributions(
    distributions: Mapping[str, np.ndarray],
    saturated: Mapping[str, tuple[float, float]],
    units: Sequence[str],
    *,
    columns: int,
    dark: bool,
) -> go.Figure:
    """One panel per state or gate: the share of the tokens at which a value lies in each bin, for up to four units.

    distributions: name → (U, bins) counts, over −1 … 1 for what may be negative, over 0 … 1 for gates. units: what the
    U units are called. Saturated values lie in the grey margins; saturated: gate → shares that are written above these.
    """
    rows = -(-len(distributions) // columns)
    height = 64 + PANEL * rows + (26 if len(units) > 1 else 0)
    figure = make_subplots(
        rows,
        columns,
        subplot_titles=[TITLES.get(name, name.replace("_", " ")) for name in distributions],
        vertical_spacing=48 / height,
        horizontal_spacing=0.08 if columns > 2 else 0.13,
    )
    figure.update_annotations(font={"size": 13})
    traces, margins, shares = [], [], []  # each added at once: Plotly checks all that is there at every addition
    for place, (name, counts) in enumerate(distributions.items()):
        axis = "" if place == 0 else str(place + 1)
        lowest = -1 if counts.shape[1] * BIN_WIDTH > 1.5 else 0
        margins += _saturated_margins(axis, lowest)
        shares += [_share(axis, side, of_all) for side, of_all in zip(SIDES, saturated.get(name, ()), strict=False)]
        traces += _steps(axis, counts, units, first=place == 0, dark=dark)
        ticks = (-1, 0, 1) if lowest else (0, 0.5, 1)
        figure.layout[f"xaxis{axis}"].update(range=(lowest - 0.02, 1.02), tickvals=ticks)
    figure.add_traces(traces)
    figure.update_layout(shapes=margins, annotations=[*figure.layout.annotations, *shares])
    styled(figure, dark=dark, height=height, x="", y="")
    figure.update_yaxes(tickformat=".0%", nticks=4, rangemode="tozero")
    figure.update_layout(margin={"l": 44, "r": 8, "t": 54 if len(units) > 1 else 26, "b": 26}, hovermode="closest")
    if len(units) > 1:
        figure.update_layout(legend={"y": 1 + 28 / (height - 80)})
    return figure


def _steps(axis: str, counts: np.ndarray, units: Sequence[str], *, first: bool, dark: bool) -> list[go.Scatter]:
    edges = np.linspace(1 - counts.shape[1] * BIN_WIDTH, 1, counts.shape[1] + 1)
    shares = counts / counts.sum(1, keepdims=True)
    return [
        go.Scatter(
            x=edges,
            y=np.append(own, own[-1]),
            xaxis=f"x{axis}",
            yaxis=f"y{axis}",
            mode="lines",
            line={"shape": "hv", "color": colour, "width": 2, "dash": dash},
            fill="tozeroy" if len(units) == 1 else None,
            fillcolor=faded(colour, 0.3),
            name=escaped(shortened(name, 40)),
            legendgroup=name,
            showlegend=first and len(units) > 1,
            hovertemplate=f"from %{{x:.2f}} on {BIN_WIDTH:.2f}: %{{y:.1%}} of the tokens",
        )
        for own, name, (colour, dash) in zip(shares, units, series(dark=dark), strict=False)
    ]


def _saturated_margins(axis: str, lowest: int) -> list[dict[str, Any]]:
    drawn = {"type": "rect", "fillcolor": SATURATED, "line": {"width": 0}, "layer": "below"}
    drawn |= {"xref": f"x{axis}", "yref": f"y{axis} domain", "y0": 0, "y1": 1}
    ends = (lowest, -RIGHT_SATURATED if lowest else LEFT_SATURATED), (RIGHT_SATURATED, 1)
    return [drawn | {"x0": low, "x1": high} for low, high in ends]


def _share(axis: str, side: str, share: float) -> dict[str, Any]:
    place = {"x": 0 if side == "left" else 1, "y": 0.97, "xref": f"x{axis}", "yref": f"y{axis} domain"}
    style = {"showarrow": False, "font": {"size": 12}, "bgcolor": "rgba(128,128,128,.25)"}
    return {"text": f"<b>{share:.0%}</b>", "xanchor": side, "yanchor": "top"} | place | style
