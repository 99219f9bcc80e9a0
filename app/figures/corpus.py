"""What a corpus is made of: frequencies, lengths, classes."""

import numpy as np
import plotly.graph_objects as go

from app.figures.style import SERIES, escaped, styled

DRAWN = 400  # points of a frequency curve, evenly spaced in its logarithm


def plot_frequencies(counts: np.ndarray, names: list[str], noun: str, *, dark: bool) -> go.Figure:
    """Occurrences by rank, both logarithmic (Zipf's curve); where occurrences fall as 1 / rank, it is the dashed line.

    counts: (V,) in the training part, most frequent first, those without occurrence left out; names: (V,).
    """
    ranks = np.unique(np.geomspace(1, len(counts), DRAWN).astype(int))
    colour, dash = SERIES[0]
    figure = go.Figure()
    figure.add_scatter(
        x=ranks,
        y=counts[0] / ranks,
        mode="lines",
        line={"color": "#888", "dash": "dash", "width": 1.2},
        name="1 / rank",
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=ranks,
        y=counts[ranks - 1],
        mode="lines+markers",
        marker={"size": 4},
        line={"color": colour, "dash": dash, "width": 2.2},
        name=f"{noun}s",
        text=[escaped(names[rank - 1]) for rank in ranks],
        hovertemplate="%{text}: %{y:,} times, rank %{x:,}<extra></extra>",
    )
    figure = styled(figure, dark=dark, height=320, x=f"rank of the {noun}", y="occurrences")
    figure.update_xaxes(type="log", dtick=1)
    figure.update_yaxes(type="log", dtick=1)
    return figure


def plot_text_lengths(lengths: dict[str, np.ndarray], *, dark: bool) -> go.Figure:
    """How many texts have how many tokens, as a share of each part; the few longest are drawn together at the end."""
    together = np.concatenate(list(lengths.values()))
    longest = int(np.quantile(together, 0.995)) + 1
    edges = np.linspace(0, longest, min(40, longest) + 1)
    figure = go.Figure()
    for (part, own), (colour, dash) in zip(lengths.items(), SERIES, strict=False):
        shares = np.histogram(np.minimum(own, longest), edges)[0] / len(own)
        figure.add_scatter(
            x=(edges[:-1] + edges[1:]) / 2,
            y=shares,
            mode="lines",
            line={"color": colour, "dash": dash, "width": 2.2, "shape": "hvh"},
            name=f"{part} ({len(own):,} texts)",
            hovertemplate="about %{x:.0f} tokens: %{y:.1%}",
        )
    end = f" (last step: {longest} to {together.max():,})" if together.max() > longest else ""
    return styled(figure, dark=dark, height=320, x=f"tokens in the text{end}", y="share of the texts")


def plot_classes(before: dict[str, dict[str, int]], after: dict[str, dict[str, int]], *, dark: bool) -> go.Figure:
    """Texts of every class and part, before and after balancing."""
    figure = go.Figure()
    parts = list(after)
    for place, label in enumerate(next(iter(after.values()))):
        colour = SERIES[place % len(SERIES)][0]
        for moment, counts, pattern in (("before", before, "/"), ("after", after, "")):
            figure.add_bar(
                x=parts,
                y=[counts[part].get(label, 0) for part in parts],
                name=f"{escaped(label)}, {moment}",
                marker={"color": colour, "pattern": {"shape": pattern}},
                opacity=0.55 if moment == "before" else 1.0,
                hovertemplate="%{x}: %{y:,} texts",
            )
    figure.update_layout(barmode="group")
    return styled(figure, dark=dark, height=320, x="part", y="texts")
