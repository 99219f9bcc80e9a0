"""A tour for the first visit, of at most five steps; the browser remembers that it was seen."""

import streamlit as st

from app.components.assets import assets

# title, text, and of the page: its path (none: wherever one is), and what to point at (a CSS selector).
STEPS = (
    {
        "title": "A network's memory",
        "text": "Every page looks at one trained network. Choose it here, then a layer and which of its states.",
        "target": '[data-testid="stSidebarUserContent"] .stSelectbox',
    },
    {
        "title": "Which words move which units",
        "text": "Left, the units in clusters; right, the words that move them. Hover to see the links; click a word "
        "and every unit takes the colour of its response: orange rises, blue falls.",
        "page": "memory_map",
        "target": '[data-testid="stMain"] .stBidiComponent',
    },
    {
        "title": "What a sentence writes and erases",
        "text": "Type a sentence, or paste your own: each box is a word, each lane a cluster of units.",
        "page": "sentences",
        "target": '[data-testid="stMain"] .stTextArea',
    },
    {
        "title": "Your own text and model",
        "text": "Upload a text and train on it, or bring a PyTorch model: see Corpora, Training and Your model.",
        "target": '[data-testid="stTopNavSection"]:last-of-type, [data-testid="stSidebarNav"] li:last-child',
    },
    {
        "title": "Keep and share",
        "text": "The address holds every choice: a link shows the same picture. Figures and pages are exported here.",
        "target": ".export",
    },
)

_mount = st.components.v2.component("tour", isolate_styles=False, **assets("tour"))


def tour() -> None:
    """A button that begins the tour, which begins by itself at the first visit."""
    _mount(key="tour", data={"steps": STEPS})
