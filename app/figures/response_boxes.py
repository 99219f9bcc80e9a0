"""Distributions of responses as boxes from recorded quantiles: one row per word, groups side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.recording.result import ExpectedResponse
from app.figures.style import NEGATIVE, POSITIVE, escaped, faded, isolated, shortened, styled

ROW, AROUND = 24, 58  # pixels of a row, and of its axis
PARTS = ((0, 6, 2, 0.55), (1, 5, 8, 0.30), (2, 4, 14, 0.75))  # from quantile, to quantile, pixels wide, opacity


@dataclass(frozen=True)
class Boxes:
    """Responses of one unit to n words, from the top down.

    names, colours: n. counts, sampled: (n,), how often each word occurs and how many of these the quantiles are from.
    mean: (n,). quantiles: (7, n), at 2, 9, 25, 50, 75, 91 and 98 %.
    """

    title: str
    names: Sequence[str]
    colours: Sequence[str]
    counts: np.ndarray
    sampled: np.ndarray
    mean: np.ndarray
    quantiles: np.ndarray


def boxes_of(
    response: ExpectedResponse, sampled: np.ndarray, rows: Sequence[int], unit: int, names: Sequence[str], title: str,
    colours: Sequence[str] | None = None,
) -> Boxes:  # fmt: skip
    """The boxes of one unit for the words in `rows`; without colours, by the sign of the mean."""
    rows = np.asarray(rows, np.int64)
    mean = response.mean[rows, unit]
    colours = colours or [POSITIVE if value >= 0 else NEGATIVE for value in mean]
    return Boxes(title, names, colours, response.counts[rows], sampled[rows], mean, response.quantiles[:, rows, unit])


def plot_response_boxes(groups: Sequence[Boxes], *, state: str, dark: bool) -> go.Figure:
    """Boxes of a few units on one scale, each with words of its own.

    Thin line 2–98 %, pale bar 9–91 %, full bar 25–75 % of the occurrences, white bar the median, diamond the mean.
    """
    rows = max(len(group.names) for group in groups)
    titled = any(group.title for group in groups)
    figure = make_subplots(
        1,
        len(groups),
        shared_xaxes="all",
        horizontal_spacing=0.13 if len(groups) < 3 else 0.1,
        subplot_titles=[escaped(shortened(group.title, 60 // len(groups) + 10)) for group in groups if group.title]
        or None,
    )
    longest = 26 if len(groups) == 1 else 14 if len(groups) == 2 else 10
    for place, group in enumerate(groups, 1):
        _draw(figure, group, place, "#0e1117" if dark else "#ffffff")
        ticks = [f"{escaped(isolated(shortened(name, longest)))} " for name in group.names]
        figure.update_yaxes(
            tickvals=list(range(len(ticks))), ticktext=ticks, range=(rows - 0.4, -0.6), row=1, col=place
        )
    styled(figure, dark=dark, height=AROUND + (36 if titled else 10) + ROW * rows, x="", y="")
    figure.update_yaxes(showgrid=False, zeroline=False)
    figure.update_xaxes(zeroline=True, zerolinecolor="rgba(128,128,128,.6)", zerolinewidth=1.5, nticks=6)
    figure.update_layout(showlegend=False, hovermode="closest", margin={"l": 30, "t": 36 if titled else 10})
    figure.update_yaxes(automargin=True)
    figure.update_xaxes(title={"text": f"change of {state} state", "font": {"size": 13}})
    return figure


def _draw(figure: go.Figure, group: Boxes, column: int, paper: str) -> None:
    places = np.arange(len(group.names))
    for low, high, width, opacity in PARTS:
        for colour in dict.fromkeys(group.colours):
            mine = [place for place in places if group.colours[place] == colour]
            gap = np.full(len(mine), np.nan)
            figure.add_scatter(
                x=np.stack((group.quantiles[low, mine], group.quantiles[high, mine], gap), axis=1).ravel(),
                y=np.repeat(mine, 3),
                mode="lines",
                line={"color": faded(colour, opacity), "width": width},
                hoverinfo="skip",
                row=1,
                col=column,
            )
    figure.add_scatter(
        x=group.quantiles[3], y=places, mode="markers", hoverinfo="skip",
        marker={"symbol": "line-ns", "size": 12, "line": {"color": paper, "width": 2.5}}, row=1, col=column,
    )  # fmt: skip
    figure.add_scatter(
        x=group.mean,
        y=places,
        mode="markers",
        marker={"symbol": "diamond", "size": 8, "color": list(group.colours), "line": {"color": paper, "width": 1.5}},
        customdata=np.stack((group.counts, group.sampled, *group.quantiles), axis=1),
        text=[escaped(isolated(shortened(name, 60))) for name in group.names],
        hovertemplate="<b>%{text}</b> · %{customdata[0]:,} times, %{customdata[1]:,} sampled<br>mean %{x:+.3f}, median "
        "%{customdata[5]:+.3f}<br>25–75 %: %{customdata[4]:+.3f} … %{customdata[6]:+.3f}<br>9–91 %: "
        "%{customdata[3]:+.3f} … %{customdata[7]:+.3f}<br>2–98 %: %{customdata[2]:+.3f} … %{customdata[8]:+.3f}"
        "<extra></extra>",
        row=1,
        col=column,
    )
