"""How the memory map is drawn: what a visitor can set beside what is clustered."""

import streamlit as st

from app.components.memory_map import Links, MapDisplay


def choose_display(k: int, clip: float, *, words: bool) -> tuple[MapDisplay, bool]:
    """(how to draw, whether by part of speech). k: clusters. clip: the usual one. words: whether tokens are words."""
    with st.popover("Display", icon=":material/tune:", width="stretch"):
        tagged = words and st.toggle(
            "Colour by part of speech",
            key="tags",
            bind="query-params",
            help="Of the word alone, whatever its sentence.",
        )
        align = st.segmented_control(
            "Chips of one",
            ["width", "height"],
            default="width",
            required=True,
            key="align",
            bind="query-params",
            help="Width: more units make a chip taller. Height: wider.",
        )
        per_cluster = st.slider(
            "Links per cluster",
            0,
            k,
            1,
            key="links",
            bind="query-params",
            help="While nothing is picked: the strongest of every cluster.",
        )
        weakest, strongest = st.slider(
            "Links from … to … of the strongest",
            0,
            100,
            (0, 100),
            step=5,
            format="%d %%",
            key="link-range",
            bind="query-params",
        )
        width = st.slider("Width of the links", 0.25, 3.0, 1.0, step=0.25, key="link-width", bind="query-params")
        own = st.number_input(
            "Colour is full at a response of",
            min_value=0.0001,
            value=None,
            format="%.4g",
            placeholder=f"{clip:.2f}",
            key="clip",
            bind="query-params",
            help="By default at what 2 % of the responses exceed. A fixed value makes two pictures comparable.",
        )
    links = Links(per_cluster, weakest / 100, strongest / 100, width)
    return MapDisplay(align=align, clip=own, links=links), tagged
