"""One text through two networks, token by token."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from app.figures.style import SIDES, escaped, styled

MOST_LABELS = 60  # tokens that are written under the figure
LONGEST_LABEL = 12
_MARKS = {"A": "circle", "B": "diamond"}


def plot_compared_steps(
    tokens: Sequence[str],
    rows: Mapping[str, Mapping[str, np.ndarray]],
    formats: Mapping[str, str],
    *,
    dark: bool,
    tops: Mapping[str, float] | None = None,
) -> go.Figure:
    """A panel per measure, the tokens (T,) along x, a line per side.

    tokens: as they can be seen. rows: measure → side → (T,), NaN for none; formats: measure → Plotly's number format.
    tops: measure → where its axis ends, so that two figures have the same.
    """
    figure = make_subplots(len(rows), 1, shared_xaxes=True, vertical_spacing=0.05)
    places = np.arange(len(tokens))
    shown = [escaped(_shorten(token)) for token in tokens]
    legend = set()
    for row, (measure, sides) in enumerate(rows.items(), start=1):
        for side, values in sides.items():
            colour, dash = SIDES[side]
            figure.add_scatter(
                x=places,
                y=values,
                row=row,
                col=1,
                mode="lines+markers" if len(tokens) <= 4 * MOST_LABELS else "lines",
                line={"color": colour, "dash": dash, "width": 2},
                marker={"size": 7, "symbol": _MARKS[side]},
                name=side,
                legendgroup=side,
                showlegend=side not in legend,
                text=shown,
                hovertemplate=f"{side} at %{{x}} “%{{text}}”: %{{y:{formats[measure]}}}<extra></extra>",
            )
            legend.add(side)
        figure.update_yaxes(title=_wrapped(measure), row=row, rangemode="tozero", tickformat=formats[measure])
        if tops:
            figure.update_yaxes(range=[0, tops[measure]], row=row)
    titles = [axis.title.text for axis in figure.select_yaxes()]
    figure = styled(figure, dark=dark, height=90 + 130 * len(rows), x="", y="")
    for axis, title in zip(figure.select_yaxes(), titles, strict=True):
        axis.title = title
    figure.update_yaxes(nticks=4, title_font_size=12)
    if len(tokens) <= MOST_LABELS:
        slanted = len(tokens) > 12 and max(map(len, tokens)) > 2
        figure.update_xaxes(tickmode="array", tickvals=places, ticktext=shown, tickangle=-45 if slanted else 0)
    figure.update_xaxes(range=[-0.5, len(tokens) - 0.5])
    return figure


def _shorten(token: str) -> str:
    return token if len(token) <= LONGEST_LABEL else token[: LONGEST_LABEL - 1] + "…"


def _wrapped(measure: str) -> str:
    return "<br>".join(escaped(part) for part in measure.split(", "))
