"""Expected responses of the units of one layer to a few words."""

import numpy as np
import plotly.graph_objects as go

from analysis.recording import ExpectedResponse
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
    for (colour, dash), row, name in zip(SERIES, rows, names, strict=False):
        low, lower, upper, high = response.bands[:, row][:, order]
        if bands:
            for bottom, top, opacity in ((low, high, 0.12), (lower, upper, 0.22)):
                figure.add_scatter(
                    x=np.concatenate((places, places[::-1])),
                    y=np.concatenate((bottom, top[::-1])),
                    fill="toself",
                    fillcolor=colour,
                    opacity=opacity,
                    line={"width": 0},
                    hoverinfo="skip",
                    showlegend=False,
                )
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
