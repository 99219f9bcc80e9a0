"""One occurrence of a word against the bands of all recorded ones."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from analysis.texts.occurrence import BAND, Occurrence
from app.figures.style import escaped, styled

# By dark: this occurrence, inside and outside its bands.
MARKS = {True: ("#56b4e9", "#e69f00"), False: ("#0072b2", "#d55e00")}
BAND_GREY = "128,128,128"
SHOWN = 24


def plot_most_unusual(found: Occurrence, word: str, *, dark: bool) -> go.Figure:
    """The units whose response lies farthest outside its band, each with its bands as a box."""
    away = np.abs(found.own - found.quantile(0.5))
    order = np.lexsort((-away, -np.abs(found.beyond)))[:SHOWN]
    places = np.arange(len(order))
    figure = go.Figure()
    for low, high, opacity, width in ((BAND[0], BAND[1], 0.22, 0.72), (0.25, 0.75, 0.38, 0.72)):
        bottom, top = found.quantile(low)[order], found.quantile(high)[order]
        figure.add_bar(
            x=places,
            y=top - bottom,
            base=bottom,
            width=width,
            marker={"color": f"rgba({BAND_GREY},{opacity})", "line": {"width": 0}},
            name=f"{low:.0%} … {high:.0%} of the occurrences",
            hoverinfo="skip",
        )
    median = found.quantile(0.5)[order]
    figure.add_scatter(
        x=places,
        y=median,
        mode="markers",
        name="median",
        hoverinfo="skip",
        marker={"symbol": "line-ew", "size": 18, "line": {"width": 2, "color": f"rgba({BAND_GREY},1)"}},
    )
    _add_marks(figure, found, order, places, size=11, colours=MARKS[dark])
    figure.update_layout(barmode="overlay", bargap=0)
    figure = styled(figure, dark=dark, height=360, x="unit", y=_y_title(found, word))
    figure.update_xaxes(tickvals=places, ticktext=[str(unit) for unit in order], tickangle=-45, showgrid=False)
    return figure


def plot_all_units(found: Occurrence, word: str, *, dark: bool) -> go.Figure:
    """Every unit, sorted by what the word is expected to do to it."""
    order = np.argsort(found.mean, kind="stable")
    places = np.arange(len(order))
    figure = go.Figure()
    for low, high, opacity in ((BAND[0], BAND[1], 0.2), (0.25, 0.75, 0.3)):
        figure.add_scatter(
            x=np.concatenate((places, places[::-1])),
            y=np.concatenate((found.quantile(low)[order], found.quantile(high)[order][::-1])),
            fill="toself",
            fillcolor=f"rgba({BAND_GREY},{opacity})",
            mode="lines",
            line={"width": 0},
            hoverinfo="skip",
            name=f"{low:.0%} … {high:.0%} of the occurrences",
        )
    figure.add_scatter(
        x=places,
        y=found.mean[order],
        mode="lines",
        name="expected response",
        hoverinfo="skip",
        line={"color": f"rgba({BAND_GREY},1)", "width": 2},
    )
    _add_marks(figure, found, order, places, size=6, colours=MARKS[dark])
    return styled(
        figure,
        dark=dark,
        height=380,
        x=f"units, sorted by their expected response to “{escaped(word)}”",
        y=_y_title(found, word),
    )


def _add_marks(
    figure: go.Figure,
    found: Occurrence,
    order: np.ndarray,
    places: Sequence[int],
    *,
    size: int,
    colours: tuple[str, str],
) -> None:
    for unusual, name, symbol, colour in (
        (False, "this occurrence", "circle", colours[0]),
        (True, "this one, outside the bands", "diamond", colours[1]),
    ):
        own = found.unusual[order] == unusual
        units = order[own]
        figure.add_scatter(
            x=np.asarray(places)[own],
            y=found.own[units],
            mode="markers",
            name=name,
            marker={"symbol": symbol, "size": size + 2 * unusual, "color": colour},
            customdata=np.stack((units, found.mean[units], 100 * found.percentile[units]), axis=1),
            hovertemplate="unit %{customdata[0]}: %{y:+.3f}<br>expected %{customdata[1]:+.3f}"
            "<br>above %{customdata[2]:.0f} % of the occurrences<extra></extra>",
        )


def _y_title(found: Occurrence, word: str) -> str:
    return f"change of {found.state} state at “{escaped(word[:20])}”"
