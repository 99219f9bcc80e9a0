"""Expected responses of the units of one layer to a few words."""

import numpy as np
import plotly.graph_objects as go

from analysis.recording.result import ExpectedResponse
from app.figures.style import SERIES, escaped, styled


def plot_expected_response(
    response: ExpectedResponse, rows: list[int], names: list[str], *, bands: bool, dark: bool
) -> go.Figure:
    """One line per word over all units, sorted by the first word's response.

    rows: indices among the W words; names: of those words. bands: shade 25–75 % and 9–91 % of the occurrences.
    """
    figure = go.Figure()
    order = np.argsort(response.mean[rows[0]])
    places = np.arange(len(order))
    if bands:
        for (colour, _), row in zip(SERIES, rows, strict=False):
            low, lower, upper, high = _band(response, row)[:, order]
            _shade(figure, places, low, high, colour, 0.10)
            _shade(figure, places, lower, upper, colour, 0.16)
    for (colour, dash), row, name in zip(SERIES, rows, names, strict=False):
        _, lower, upper, _ = _band(response, row)[:, order]
        figure.add_scatter(
            x=places,
            y=response.mean[row, order],
            mode="lines",
            line={"color": colour, "dash": dash, "width": 2.2},
            name=f"{escaped(name)} ({response.counts[row]:,}×)",
            customdata=np.stack((order, lower, upper), axis=1),
            hovertemplate="unit %{customdata[0]}: %{y:+.3f} (half: %{customdata[1]:+.3f} … %{customdata[2]:+.3f})",
        )
    figure.update_layout(hovermode="x unified", showlegend=True)
    first = escaped(names[0])
    kind = "hidden" if response.state == "hidden" else "cell"
    return styled(
        figure, dark=dark, height=430, x=f"units, sorted by their response to “{first}”", y=f"change of {kind} state"
    )


def _band(response: ExpectedResponse, row: int) -> np.ndarray:
    """(4, H): the outer and inner bounds of the bands, rising."""
    return np.stack([response.quantile(fraction)[row] for fraction in (0.09, 0.25, 0.75, 0.91)])


def _shade(
    figure: go.Figure, places: np.ndarray, low: np.ndarray, high: np.ndarray, colour: str, opacity: float
) -> None:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    figure.add_scatter(
        x=np.concatenate((places, places[::-1])),
        y=np.concatenate((low, high[::-1])),
        fill="toself",
        fillcolor=f"rgba({red},{green},{blue},{opacity})",
        mode="lines",
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
    )
