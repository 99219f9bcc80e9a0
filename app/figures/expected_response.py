"""Expected responses of the units of one layer to a few words, as curves over the units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.recording.result import ExpectedResponse
from app.figures.style import escaped, faded, isolated, series, shortened, styled

BANDS = ((0.09, 0.91, 0.13), (0.25, 0.75, 0.26))  # lower and upper fraction, opacity
SVG_MARKS = 1500  # beyond it the points are drawn by WebGL
PANEL, OVERLAID = 104, 400  # pixels of height
WITHIN = 0.99  # of the ends of the bands are in sight: one unit must not flatten all others
FIRST = 1.6  # times as high as the others is the panel of the word that gives the order


@dataclass(frozen=True)
class Curve:
    """One word of the figure. row: of the response; note: what stands beside its name, such as how often it occurs."""

    row: int
    name: str
    note: str


def plot_expected_response(
    response: ExpectedResponse,
    curves: Sequence[Curve],
    *,
    overlaid: bool,
    own_order: bool,
    bands: bool,
    picked: int | None,
    unit_names: Mapping[int, str],
    dark: bool,
) -> go.Figure:
    """The mean response of every unit to up to six words, each point a unit (`customdata[0]`).

    overlaid: in one panel, else one below another on one scale. own_order: every word sorts the units for itself, else
    the first does for all. bands: the middle half and the middle 82 % of the occurrences; overlaid, of at most two
    words, else of the first alone. picked: a unit to mark. unit_names: those that the user gave.
    """
    panels = 1 if overlaid else len(curves)
    height = OVERLAID if panels == 1 else 70 + round(PANEL * (panels + FIRST - 1))
    figure = make_subplots(
        panels,
        1,
        shared_xaxes=True,
        vertical_spacing=28 / height,
        row_heights=[FIRST, *[1.0] * (panels - 1)],
    )
    order = np.argsort(response.mean[curves[0].row], kind="stable")
    labels = [
        f"{unit} “{escaped(isolated(unit_names[unit]))}”" if unit in unit_names else f"{unit}"
        for unit in range(len(order))
    ]
    banded = 0 if not bands else 1 if overlaid and len(curves) > 2 else len(curves)
    kind = go.Scatter if len(order) * len(curves) <= SVG_MARKS else go.Scattergl
    for place, (curve, (colour, dash)) in enumerate(zip(curves, series(dark=dark), strict=False)):
        row = 1 if overlaid else place + 1
        own = np.argsort(response.mean[curve.row], kind="stable") if own_order else order
        if place < banded:
            for low, high, opacity in BANDS:
                _shade(figure, row, response.quantile(low)[curve.row, own], response.quantile(high)[curve.row, own],
                       faded(colour, opacity))  # fmt: skip
        if not own_order and place > 0:
            _trend(figure, row, curve, response.mean[curve.row, own], colour, dash if overlaid else "solid")
        sorted_here = own_order or place == 0
        dashed = dash if overlaid else "solid"
        figure.add_trace(_points(kind, response, curve, own, labels, colour, dashed if sorted_here else None), row, 1)
        if picked is not None:
            at = int(np.flatnonzero(own == picked)[0])
            _mark(figure, row, at, colour if overlaid and own_order else None, dark)
            if place == (0 if overlaid else len(curves) - 1):
                _name_mark(figure, row, at, labels[picked], len(order))
        if not overlaid:
            _heading(figure, row, curve, colour)
    first = _name(curves[0])
    by = "each word's own response" if own_order else f"their response to “{first}”"
    styled(figure, dark=dark, height=height, x="", y="")
    figure.update_xaxes(range=(-0.02 * len(order), 1.02 * len(order)), showgrid=False, showticklabels=False)
    reach, beyond = _reach(response, curves, banded)
    text = f"{len(order):,} units, sorted by {by}" + (f" · {beyond:,} bands end beyond the picture" if beyond else "")
    title = {"text": text, "font": {"size": 13}, "standoff": 22}
    figure.update_xaxes(title=title, row=panels, col=1)
    figure.update_yaxes(range=reach, nticks=5)
    figure.update_layout(
        hovermode="x unified" if overlaid and not own_order else "x",
        clickmode="event+select",
        dragmode=False,
        showlegend=overlaid,
        margin={"t": 36 if overlaid else 26},
        hoverdistance=40,
    )
    _axis_title(figure, f"change of {response.state} state")
    return figure


def _points(
    kind: type, response: ExpectedResponse, curve: Curve, order: np.ndarray, labels: list[str], colour: str,
    dash: str | None,
) -> go.Scatter | go.Scattergl:  # fmt: skip
    """The mean of every unit; with a dash, joined by a line."""
    quantiles = [response.quantile(fraction)[curve.row, order] for fraction in (0.25, 0.75, 0.09, 0.91)]
    size = float(np.clip(900 / len(order), 2.5, 5)) * (0.8 if dash is None else 1)
    steady = {"marker": {"opacity": 0.6 if dash is None else 1}}
    return kind(
        x=np.arange(len(order)),
        y=response.mean[curve.row, order],
        mode="markers" if dash is None else "lines+markers",
        line={"color": colour, "dash": dash or "solid", "width": 2},
        marker={"color": colour, "size": size},
        selected=steady,
        unselected=steady,
        name=_legend(curve),
        legendgroup=str(curve.row),
        showlegend=dash is not None,
        customdata=np.stack((order, *quantiles), axis=1).round(3).tolist(),  # of an array no list would come back
        text=[labels[unit] for unit in order],
        hovertemplate=f"<b>{_name(curve)}</b> · unit %{{text}}<br>mean %{{y:+.3f}}<br>half between "
        "%{customdata[1]:+.3f} and %{customdata[2]:+.3f}<br>82 % between %{customdata[3]:+.3f} and "
        "%{customdata[4]:+.3f}<extra></extra>",
    )


def _name(curve: Curve) -> str:
    return escaped(isolated(shortened(curve.name)))


def _legend(curve: Curve) -> str:
    return f"{_name(curve)} <i>{escaped(curve.note)}</i>"


def _shade(figure: go.Figure, row: int, low: np.ndarray, high: np.ndarray, colour: str) -> None:
    """A band of steps, one as wide as a unit: between units there is nothing to join."""
    edges = np.repeat(np.arange(len(low) + 1) - 0.5, 2)[1:-1]
    figure.add_scatter(
        x=np.concatenate((edges, edges[::-1])),
        y=np.concatenate((np.repeat(low, 2), np.repeat(high, 2)[::-1])),
        fill="toself",
        fillcolor=colour,
        mode="lines",
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
        row=row,
        col=1,
    )


def _trend(figure: go.Figure, row: int, curve: Curve, values: np.ndarray, colour: str, dash: str) -> None:
    """The running mean over neighbours in the order of the first word: does this word follow it?"""
    width = max(5, len(values) // 12) | 1
    padded = np.pad(values, width // 2, mode="edge")
    figure.add_scatter(
        x=np.arange(len(values)),
        y=np.convolve(padded, np.full(width, 1 / width), mode="valid"),
        mode="lines",
        line={"color": colour, "dash": dash, "width": 2.6},
        hoverinfo="skip",
        name=_legend(curve),
        legendgroup=str(curve.row),
        row=row,
        col=1,
    )


def _mark(figure: go.Figure, row: int, place: int, colour: str | None, dark: bool) -> None:
    """A line at the unit that is looked at; add_shape(row=…) would measure it by the values, not by the panel."""
    ink = colour or ("#fafafa" if dark else "#31333f")
    axis = "" if row == 1 else str(row)
    line = {"color": ink, "width": 1.5, "dash": "dot"}
    figure.add_shape(
        type="line", x0=place, x1=place, y0=0, y1=1, xref=f"x{axis}", yref=f"y{axis} domain", line=line, layer="below"
    )


def _name_mark(figure: go.Figure, row: int, place: int, label: str, units: int) -> None:
    """Below the last panel, where nothing else stands."""
    axis = "" if row == 1 else str(row)
    figure.add_annotation(
        text=f"unit {label}",
        x=place,
        y=0,
        xref=f"x{axis}",
        yref=f"y{axis} domain",
        xanchor="right" if place > 0.85 * units else "left" if place < 0.15 * units else "center",
        yanchor="top",
        showarrow=False,
        font={"size": 12},
    )


def _heading(figure: go.Figure, row: int, curve: Curve, colour: str) -> None:
    axis = "" if row == 1 else str(row)
    figure.add_annotation(
        text=f"<span style='color:{colour}'>■</span> <b>{_name(curve)}</b>  {escaped(curve.note)}",
        x=0,
        y=1,
        xref=f"x{axis} domain",
        yref=f"y{axis} domain",
        xanchor="left",
        yanchor="bottom",
        showarrow=False,
        font={"size": 13},
    )


def _reach(response: ExpectedResponse, curves: Sequence[Curve], banded: int) -> tuple[tuple[float, float], int]:
    """(range of the y axis, how many bands end beyond it): all means, and the bands of the first but the longest."""
    mean = response.mean[[curve.row for curve in curves]]
    rows = [curve.row for curve in curves[:banded]]
    lower, upper = (response.quantile(fraction)[rows] for fraction in BANDS[0][:2])
    low, high = float(mean.min()), float(mean.max())
    if banded:
        low = min(low, float(np.quantile(lower, 1 - WITHIN)))
        high = max(high, float(np.quantile(upper, WITHIN)))
    margin = 0.06 * (high - low) or 1.0
    low, high = low - margin, high + margin
    return (low, high), int(((lower < low) | (upper > high)).sum())


def _axis_title(figure: go.Figure, title: str) -> None:
    """One title for the y axes of all panels."""
    figure.add_annotation(
        text=title, x=0, y=0.5, xref="paper", yref="paper", xanchor="right", xshift=-42, textangle=-90,
        showarrow=False, font={"size": 13},
    )  # fmt: skip
