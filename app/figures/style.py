"""What all Plotly figures share: colours, fonts, sizes, light and dark."""

import plotly.graph_objects as go

POSITIVE, NEGATIVE = "#ff5b09", "#0b87d8"
# Up to six words side by side: told apart by colour-blind eyes too (Okabe and Ito), with a dash each.
SERIES = (
    ("#0072b2", "solid"),
    ("#e69f00", "dash"),
    ("#009e73", "dot"),
    ("#d55e00", "dashdot"),
    ("#cc79a7", "longdash"),
    ("#56b4e9", "longdashdot"),
)
# The two sides of a comparison, wherever they stand beside each other; also in word_flow.css.
SIDES = {"A": ("#009e73", "solid"), "B": ("#bd56ac", "dash")}


def series(*, dark: bool) -> tuple[tuple[str, str], ...]:
    """(colour, dash) of up to six words or units; on a dark ground the dark blue gives way to a lighter one."""
    return (("#3d9be9", "solid"), *SERIES[1:]) if dark else SERIES


def styled(figure: go.Figure, *, dark: bool, height: int, x: str, y: str) -> go.Figure:
    """Give a figure the common look; x and y are axis titles with their units."""
    ink = "#fafafa" if dark else "#31333f"
    faint = "rgba(250,250,250,.15)" if dark else "rgba(49,51,63,.12)"
    figure.update_layout(
        template="none",
        height=height,
        margin={"l": 60, "r": 12, "t": 36, "b": 48},
        font={"color": ink, "size": 13, "family": "Source Sans, sans-serif"},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        hoverlabel={"font": {"size": 13}},
    )
    figure.update_xaxes(title=x, gridcolor=faint, zeroline=False, linecolor=faint)
    figure.update_yaxes(title=y, gridcolor=faint, zerolinecolor=faint, zerolinewidth=2)
    return figure


def escaped(text: str) -> str:
    """Text that Plotly draws as it is: it would read <b> as markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def shortened(text: str, longest: int = 28) -> str:
    """Text that is too long to draw, cut."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def isolated(text: str) -> str:
    """Text between marks that keep one written from right to left from turning its neighbours round."""
    return f"\u2068{text}\u2069"


def faded(colour: str, opacity: float) -> str:
    """A colour such as #0b87d8, to be seen through."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"
