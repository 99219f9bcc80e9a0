"""How far back models remember: probability by distance, and loss by length of context."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.errors.by_distance import ByDistance
from analysis.errors.context_lengths import ContextCurve
from app.figures.style import escaped, faded, series, styled

_SYMBOLS = ("circle", "diamond", "square", "cross", "triangle-up", "x")
LEAST_NATS = 0.001  # below which a loss against all context is not told from none
_TICKS = (0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 500)


def plot_by_distance(found: ByDistance, *, dark: bool) -> go.Figure:
    """Mean probability with its band per bin of distances, a line per model; below, how many places a bin has.

    The axis of distances is one of logarithms, unless all bins are of one width: there the
    first would look the widest.
    """
    figure = make_subplots(2, 1, shared_xaxes=True, row_heights=[0.76, 0.24], vertical_spacing=0.04)
    means = found.means
    known = means.counts > 0
    first, last = means.edges[:-1], means.edges[1:] - 1
    names = [f"{a}" if a == b else f"{a}–{b}" for a, b in zip(first, last, strict=True)]
    even = len(np.unique(np.diff(means.edges)[:-1])) < 2  # but for the last, which ends where the text does
    centres = (first + last) / 2 if even else np.sqrt(first * last.astype(float))
    sure = ~np.isnan(means.low[0])  # the others have too few places for a band, and for a line
    for row, name in enumerate(found.names):
        colour, dash = series(dark=dark)[row % len(series(dark=dark))]
        _band(figure, centres, means.low[row], means.high[row], colour, row=1, col=1)
        figure.add_scatter(
            x=centres,
            y=np.where(sure, means.means[row], np.nan),
            mode="lines+markers",
            line={"color": colour, "dash": dash, "width": 2.2},
            marker={"size": 7, "symbol": _SYMBOLS[row % len(_SYMBOLS)]},
            name=escaped(name),
            customdata=names,
            hovertemplate=f"{escaped(name)} at %{{customdata}}: %{{y:.2f}}<extra></extra>",
            row=1,
            col=1,
        )
        few = known & ~sure
        figure.add_scatter(
            x=centres[few],
            y=means.means[row, few],
            mode="markers",
            marker={"size": 7, "symbol": f"{_SYMBOLS[row % len(_SYMBOLS)]}-open", "color": colour},
            customdata=[f"{names[place]} (few places)" for place in np.flatnonzero(few)],
            hovertemplate=f"{escaped(name)} at %{{customdata}}: %{{y:.2f}}<extra></extra>",
            showlegend=False,
            row=1,
            col=1,
        )
    figure.add_bar(
        x=(first + last) / 2, y=means.counts, width=last - first + 0.9, row=2, col=1, showlegend=False,
        marker={"color": "#888"}, customdata=names, hovertemplate="%{y:,} places at %{customdata}<extra></extra>",
    )  # fmt: skip
    styled(figure, dark=dark, height=470, x="", y="")
    figure.update_yaxes(title="mean probability", range=[0, 1.02], row=1, col=1)
    figure.update_yaxes(title="places", nticks=3, rangemode="tozero", row=2, col=1)
    figure.update_xaxes(title=escaped(found.unit), row=2, col=1)
    if even:
        figure.update_xaxes(range=[0, means.edges[-1]], tickformat=",", dtick=1 if means.edges[-1] < 12 else None)
    else:
        ticks = [value for value in (1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, 2000) if value <= means.edges[-1]]
        figure.update_xaxes(
            type="log", tickvals=ticks, ticktext=[f"{value:,}" for value in ticks],
            range=[-0.08, float(np.log10(means.edges[-1]))],
        )  # fmt: skip
    figure.update_layout(showlegend=True)
    return figure


def plot_context_curves(curves: Mapping[str, ContextCurve], *, excess: bool, noun: str, dark: bool) -> go.Figure:
    """Loss by how many tokens of context were given, a line per model with its band; dotted, with all of the text.

    excess: only what is lost against all of the text, on an axis of powers of ten that ends at `LEAST_NATS`.
    """
    figure = go.Figure()
    for row, (name, curve) in enumerate(curves.items()):
        colour, dash = series(dark=dark)[row % len(series(dark=dark))]
        places = _stretched(curve.lengths)
        nats, low, high = (
            (curve.excess, curve.excess_low, curve.excess_high) if excess else (curve.nats, curve.low, curve.high)
        )
        shown = np.maximum(nats, LEAST_NATS) if excess else nats
        if excess:
            low, high = np.maximum(low, LEAST_NATS), np.maximum(high, LEAST_NATS)
        _band(figure, places, low, high, colour)
        figure.add_scatter(
            x=places,
            y=shown,
            mode="lines+markers",
            line={"color": colour, "dash": dash, "width": 2.2},
            marker={"size": 7, "symbol": _SYMBOLS[row % len(_SYMBOLS)]},
            name=escaped(name),
            customdata=np.stack((curve.lengths, curve.nats, curve.excess), axis=1),
            hovertemplate=f"{escaped(name)} after %{{customdata[0]}}: %{{customdata[1]:.3f}} nats, "
            "%{customdata[2]:+.4f} against all context<extra></extra>",
        )
        if not excess:
            figure.add_hline(y=curve.full, line={"color": colour, "width": 1.2, "dash": "dot"})
    longest = max(int(curve.lengths[-1]) for curve in curves.values())
    y = f"lost against all of the text, nats per {noun}" if excess else f"loss, nats per {noun}"
    styled(figure, dark=dark, height=400, x=f"{noun}s of context", y=y)
    ticks = [value for value in _TICKS if value <= longest]
    figure.update_xaxes(tickvals=_stretched(np.array(ticks)), ticktext=[str(value) for value in ticks])
    if excess:
        ticks = [f"≤ {LEAST_NATS:g}", "0.01", "0.1", "1", "10"]
        figure.update_yaxes(type="log", tickvals=[LEAST_NATS, 0.01, 0.1, 1, 10], ticktext=ticks)
    else:
        figure.update_yaxes(rangemode="tozero")
    figure.update_layout(showlegend=True)
    return figure


def _stretched(lengths: np.ndarray) -> np.ndarray:
    """Places on an axis that has 0 and grows ever more slowly."""
    return np.log2(1 + lengths)


def _band(figure: go.Figure, x: np.ndarray, low: np.ndarray, high: np.ndarray, colour: str, **place: int) -> None:
    """One area for each stretch of neighbours that have a band."""
    known = np.flatnonzero(~np.isnan(low))
    for own in np.split(known, np.flatnonzero(np.diff(known) > 1) + 1):
        if len(own) > 1:
            figure.add_scatter(
                x=np.concatenate((x[own], x[own][::-1])),
                y=np.concatenate((high[own], low[own][::-1])),
                fill="toself",
                fillcolor=faded(colour, 0.16),
                line={"width": 0},
                mode="lines",
                hoverinfo="skip",
                showlegend=False,
                **place,
            )
