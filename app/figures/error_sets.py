"""Which errors models share, and which tokens one predicts better than another."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.errors.error_sets import ErrorSets
from analysis.errors.ranked_tokens import RankedTokens
from app.figures.style import SIDES, escaped, isolated, shortened, styled

ROW = 34  # pixels


def plot_error_sets(found: ErrorSets, *, picked: int | None, dark: bool) -> go.Figure:
    """A row per set of models that err together: points for who errs, a bar for how often, a tick for chance.

    The set of a bar is its `customdata[0]`.
    """
    regions = sorted(range(1, len(found.counts)), key=lambda region: -int(found.counts[region]))
    models, rows = len(found.names), list(range(len(regions)))
    ink, faint = ("#fafafa", "rgba(250,250,250,.2)") if dark else ("#31333f", "rgba(49,51,63,.18)")
    figure = make_subplots(1, 2, shared_yaxes=True, column_widths=[0.04 + 0.05 * models, 0.8], horizontal_spacing=0.02)
    errs = np.array([[region >> model & 1 for model in range(models)] for region in regions], bool)
    y, x = np.nonzero(np.ones_like(errs))
    figure.add_scatter(
        x=x, y=y, mode="markers", row=1, col=1, showlegend=False, hoverinfo="skip",
        marker={
            "size": 15,
            "symbol": ["circle" if one else "circle-open" for one in errs.ravel()],
            "color": [ink if one else faint for one in errs.ravel()],
        },
    )  # fmt: skip
    for row, own in enumerate(errs):
        if own.sum() > 1:
            ends = np.flatnonzero(own)[[0, -1]]
            figure.add_scatter(
                x=ends, y=[row, row], mode="lines", line={"color": ink, "width": 3}, row=1, col=1, showlegend=False,
                hoverinfo="skip",
            )  # fmt: skip
    counts, chance, total = found.counts[regions], found.by_chance[regions], found.counts[1:].sum()
    figure.add_bar(
        x=counts, y=rows, orientation="h", row=1, col=2, name="errors", showlegend=False,
        marker={"color": SIDES["A"][0], "line": {"color": ink, "width": [2 * (r == picked) for r in regions]}},
        customdata=[[region, _who(found, region)] for region in regions],
        hovertemplate="%{x:,} errors of %{customdata[1]}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        x=chance, y=rows, mode="markers", row=1, col=2, name="if they erred independently",
        marker={"symbol": "line-ns-open", "size": 22, "line": {"width": 3}, "color": SIDES["B"][0]},
        hovertemplate="%{x:,.0f} if they erred independently<extra></extra>", showlegend=models > 1,
    )  # fmt: skip
    widest = max(1, int(counts.max()), int(chance.max()))
    figure.add_scatter(
        x=[1.28 * widest] * len(rows), y=rows, mode="text", row=1, col=2, showlegend=False, hoverinfo="skip",
        text=[f"{count:,} · {count / max(1, total):.0%}" for count in counts], textposition="middle left",
    )  # fmt: skip
    styled(figure, dark=dark, height=110 + ROW * len(rows), x="", y="")
    figure.update_xaxes(
        tickvals=list(range(models)), ticktext=[f"<b>{letter}</b>" for letter in "ABC"[:models]], side="top",
        range=[-0.7, models - 0.3], showgrid=False, showline=False, row=1, col=1,
    )  # fmt: skip
    figure.update_xaxes(title="tokens", range=[0, 1.3 * widest], row=1, col=2)
    figure.update_yaxes(showticklabels=False, range=[len(rows) - 0.4, -0.6], showgrid=False, zeroline=False)
    figure.update_layout(margin={"l": 12, "t": 48}, bargap=0.3, showlegend=True, legend={"x": 1, "xanchor": "right"})
    return figure


def plot_ranked_tokens(
    found: RankedTokens, names: Sequence[str], sides: tuple[str, str], *, most: int, picked: int | None, dark: bool
) -> go.Figure:
    """The surest differences, a point each with its band; right of the line the first model is better.

    names: (R,) tokens as they can be seen. The token id of a point is its `customdata[0]`.
    """
    top = np.arange(min(most, len(found.token_ids)))
    better = found.difference[top] > 0
    colours = {True: SIDES["A"][0], False: SIDES["B"][0]}
    figure = go.Figure()
    for side, which in ((0, better), (1, ~better)):
        if not which.any():
            continue
        rows, token_ids = top[which], found.token_ids[top[which]]
        figure.add_scatter(
            x=found.difference[rows],
            y=rows,
            mode="markers",
            name=f"{escaped(sides[side])} is better",
            marker={
                "color": colours[side == 0],
                "size": [15 if token_id == picked else 9 for token_id in token_ids],
                "symbol": "circle" if side == 0 else "diamond",
            },
            error_x={"type": "data", "array": found.bound * found.standard_error[rows], "thickness": 1.5, "width": 4},
            customdata=[
                [int(token_id), escaped(isolated(shortened(names[row]))), f"{found.counts[row]:,}",
                 f"{found.first[row]:.3f}", f"{found.second[row]:.3f}"]
                for row, token_id in zip(rows, token_ids, strict=True)
            ],
            hovertemplate=(
                f"“%{{customdata[1]}}”, %{{customdata[2]}} times<br>{escaped(sides[0])}: %{{customdata[3]}}<br>"
                f"{escaped(sides[1])}: %{{customdata[4]}}<extra></extra>"
            ),
        )  # fmt: skip
    title = "difference of the mean probability of the true token"
    styled(figure, dark=dark, height=110 + 21 * len(top), x=title, y="")
    labels = [escaped(isolated(shortened(names[row], 18))) for row in top]
    figure.update_yaxes(
        tickvals=top,
        ticktext=labels,
        range=[len(top) - 0.4, -0.6],
        automargin=True,
        zeroline=False,
        ticklabelstandoff=8,
    )
    figure.add_vline(x=0, line={"color": "#888", "width": 1.5})
    figure.update_xaxes(tickformat="+.2f")
    figure.update_layout(showlegend=True)
    return figure


def _who(found: ErrorSets, region: int) -> str:
    own = found.members(region)
    joined = " and ".join(own) if len(own) < 3 else "all three"
    return escaped(joined + (" alone" if len(own) == 1 else ""))
