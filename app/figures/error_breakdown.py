"""What would remove the errors of a model: one oracle after the other."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.errors.breakdown import ErrorBreakdown
from app.figures.style import SIDES, escaped, series, styled

ROW = 23  # pixels
NO_ERROR = "tokens that are no errors"


def plot_breakdown(
    breakdowns: Mapping[str, ErrorBreakdown], *, of_loss: bool, picked: int | None, dark: bool
) -> go.Figure:
    """A panel per model, a bar per kind; each begins where the one above ended, so that together they are all.

    of_loss: shares of the loss on all tokens, else of the errors. picked: the kind that is looked at. The kind of a
    bar is its `customdata[0]`.
    """
    first = next(iter(breakdowns.values()))
    groups = list(first.groups())
    colours = [colour for colour, _ in series(dark=dark)]
    shown = np.flatnonzero(sum(found.counts for found in breakdowns.values()) > 0)
    labels = _labels(first, shown)
    figure = make_subplots(
        1, len(breakdowns), shared_yaxes=True, horizontal_spacing=0.04, subplot_titles=[escaped(n) for n in breakdowns]
    )
    rows = [*shown.tolist(), *([len(first.kinds)] if of_loss else [])]
    for column, found in enumerate(breakdowns.values(), start=1):
        shares = found.loss_shares if of_loss else found.shares
        shares = np.append(shares, 1 - shares.sum()) if of_loss else shares
        starts = np.concatenate(([0], np.cumsum(shares)[:-1]))
        fills = [_fill(found, row, groups, colours, dark=dark) for row in rows]
        figure.add_bar(
            y=list(range(len(rows))),
            x=shares[rows],
            base=starts[rows],
            orientation="h",
            row=1,
            col=column,
            marker={
                "color": fills,
                "line": {
                    "color": "#fafafa" if dark else "#31333f",
                    "width": [2 if row == picked else 0 for row in rows],
                },
            },
            customdata=[[row, _said(found, row, shares[row], of_loss=of_loss)] for row in rows],
            hovertemplate="%{customdata[1]}<extra></extra>",
            showlegend=False,
        )
        ends = starts[rows] + shares[rows]
        before = ends > 0.72
        figure.add_scatter(
            y=list(range(len(rows))),
            x=np.where(before, starts[rows], ends),
            mode="text",
            text=[f" {shares[row]:.1%} " for row in rows],
            textposition=["middle left" if left else "middle right" for left in before],
            textfont={"size": 12},
            row=1,
            col=column,
            hoverinfo="skip",
            showlegend=False,
        )
        _write_sums(figure, found, shares, ends, rows, column)
    height = 84 + ROW * len(rows)
    figure.update_annotations(font_size=13)
    styled(figure, dark=dark, height=height, x="share of the loss" if of_loss else "share of the errors", y="")
    figure.update_layout(bargap=0.22, margin={"l": 8, "t": 40, "r": 8}, barmode="overlay")
    figure.update_xaxes(range=[0, 1.001], tickvals=[0, 0.25, 0.5, 0.75, 1], ticktext=["0", "25%", "50%", "75%", "all"])
    names = [labels[row] if row < len(labels) else NO_ERROR for row in rows]
    figure.update_yaxes(
        tickmode="array", tickvals=list(range(len(rows))), ticktext=names, range=[len(rows) - 0.5, -0.5],
        automargin=True, showgrid=False, zeroline=False, ticklabelstandoff=6,
    )  # fmt: skip
    return figure


def plot_crossing(table: np.ndarray, groups: list[str], names: tuple[str, str], *, dark: bool) -> go.Figure:
    """What two models have in common of each kind of error, and where the one gains on the other.

    table: (G, 3) the errors of each kind that only the first makes, both, only the second.
    """
    first, second = (escaped(name) for name in names)
    rows, change = list(range(len(groups))), table[:, 2] - table[:, 0]
    parts = (
        ("errors of both", 1, "/", "#9a9a9a"),
        (f"only of {first}", 0, "", SIDES["A"][0]),
        (f"only of {second}", 2, "x", SIDES["B"][0]),
    )
    figure = go.Figure()
    for name, place, pattern, colour in parts:
        figure.add_bar(
            y=rows,
            x=table[:, place],
            orientation="h",
            name=name,
            marker={
                "color": colour,
                "pattern": {"shape": pattern, "solidity": 0.2, "fillmode": "overlay", "fgcolor": "#fff"},
            },
            hovertemplate=f"%{{x:,}} {name}<extra></extra>",
        )
    whole = change.sum()
    said = [f" {more:+,}".replace("-", "−") + (f" · {more / whole:.0%}" if whole else "") for more in change]
    figure.add_scatter(
        y=rows, x=table.sum(1), mode="text", text=said, textposition="middle right", hoverinfo="skip",
        showlegend=False, cliponaxis=False,
    )  # fmt: skip
    styled(figure, dark=dark, height=120 + 30 * len(groups), x="errors", y="")
    figure.update_layout(barmode="stack", bargap=0.25, showlegend=True, legend_traceorder="normal")
    figure.update_xaxes(range=[0, 1.2 * max(1, int(table.sum(1).max()))])
    labels = [f"<b>{escaped(group)}</b>" for group in groups]
    figure.update_yaxes(
        tickvals=rows, ticktext=labels, range=[len(groups) - 0.5, -0.5], automargin=True, zeroline=False
    )
    return figure


def _labels(found: ErrorBreakdown, shown: np.ndarray) -> list[str]:
    """A name for each kind; that of its group stands before the first that is shown."""
    leaders = {next(row for row in shown if found.kinds[row].group == group) for group in _groups(found, shown)}
    return [
        (f"<b>{escaped(kind.group)}</b> · " if row in leaders else "") + escaped(kind.label)
        for row, kind in enumerate(found.kinds)
    ]


def _groups(found: ErrorBreakdown, rows: Sequence[int] | np.ndarray) -> dict[str, list[int]]:
    """Group → its rows, in order."""
    groups: dict[str, list[int]] = {}
    for row in rows:
        groups.setdefault(found.kinds[row].group, []).append(int(row))
    return groups


def _write_sums(
    figure: go.Figure, found: ErrorBreakdown, shares: np.ndarray, ends: np.ndarray, rows: list[int], column: int
) -> None:
    """The sum of each group of several kinds, at the side where its bars are not."""
    for group, own in _groups(found, [row for row in rows if row < len(found.kinds)]).items():
        if len(own) > 1:
            first = rows.index(own[0])
            right = ends[first] < 0.6
            figure.add_annotation(
                x=1 if right else 0, y=first, text=f"<i>{escaped(group)} {shares[own].sum():.1%}</i>", showarrow=False,
                xanchor="right" if right else "left", font={"size": 12}, row=1, col=column,
            )  # fmt: skip


def _fill(found: ErrorBreakdown, row: int, groups: list[str], colours: list[str], *, dark: bool) -> str:
    if row >= len(found.kinds):
        return "rgba(250,250,250,.25)" if dark else "rgba(49,51,63,.2)"
    return colours[groups.index(found.kinds[row].group) % len(colours)]


def _said(found: ErrorBreakdown, row: int, share: float, *, of_loss: bool) -> str:
    whole = "of the loss" if of_loss else "of the errors"
    if row >= len(found.kinds):
        return f"{NO_ERROR}: {share:.1%} {whole}"
    kind = found.kinds[row]
    said = f"{found.counts[row]:,} errors, {found.nats[row]:,.0f} nats"
    chance = found.by_chance[row]
    anywhere = f"<br>{chance:.1%} if they fell anywhere" if np.isfinite(chance) and not of_loss else ""
    return f"{escaped(kind.group)}, {escaped(kind.label)}<br>{share:.1%} {whole}: {said}{anywhere}"
