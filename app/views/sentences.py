"""One text, word by word: what it writes into the memory, what it erases, what the model expected."""

import streamlit as st

from analysis.texts.cluster_flow import cluster_flow
from app import cached, selection
from app.components.sentence_glyphs import cluster_labels, sentence_glyphs, sentence_glyphs_data
from app.examples import example_texts
from app.linked_text import linked_text_area
from app.notices import how_to_read, literal, show_error
from app.numbers import numbers
from app.panels.many_texts import many_texts
from app.panels.recording import ensure_recorded
from app.tables.sentences import classes_table, guesses_table, occurrence_table, step_table, steps_table
from data_prep.encoded_text import LONGEST
from data_prep.errors import UserError
from data_prep.text_file import decode

KEY = "sentence-glyphs"
LARGEST_UPLOAD_MB = 10


def take_pick() -> None:
    """Keep the clicked position for the next run of the page."""
    pick = st.session_state[KEY].picked
    if pick:
        st.session_state["position"] = pick["position"]


def take_example() -> None:
    """Put the chosen example into the text box."""
    if st.session_state["example"] is not None:
        take_text(st.session_state["example"])


def take_text(text: str) -> None:
    """Put a text into the text box, and an uploaded one away."""
    st.session_state["text"] = text
    st.session_state["uploads"] = st.session_state.get("uploads", 0) + 1  # another key is an empty uploader
    forget_position()


def forget_position() -> None:
    """Another text has other positions."""
    st.session_state["position"] = None


chosen = selection.current()
run, vocabulary = chosen.run, chosen.run.vocabulary
unit = vocabulary.tokenisation.unit
st.title("Sentences", anchor=False)
ensure_recorded(run)

left, right = st.columns([3, 1])
examples = example_texts(unit)
text = linked_text_area(
    left, "Text", examples[1 if run.classes else 0], key="text", height=68, on_change=forget_position
)
with right:
    st.selectbox("Examples", examples, index=None, key="example", on_change=take_example, placeholder="choose one")
    upload_key = f"upload-{st.session_state.get('uploads', 0)}"
    with st.popover("Upload a text file", icon=":material/upload:", width="stretch"):
        upload = st.file_uploader("Plain text, UTF-8", type=["txt"], max_upload_size=LARGEST_UPLOAD_MB, key=upload_key)
many_texts(chosen, take_text)
if upload:
    st.caption(f"Reading {literal(upload.name)}; remove it under “Upload a text file” to go back to the text above.")
try:
    text = decode(upload.getvalue(), upload.name) if upload else text
    reading = cached.find_reading(run, text)
except UserError as error:
    show_error(error)
    st.stop()

if reading.left_out:
    st.warning(f"The first {LONGEST:,} tokens are shown; {reading.left_out:,} more were left out.")
if reading.skipped:
    st.warning(f"{reading.skipped:,} symbols are not in the vocabulary of this model and were skipped.")
if not reading.known.any():
    st.warning(
        f"Not one {vocabulary.tokenisation.noun} of this text is in the vocabulary: the network reads <unk> throughout."
    )
elif unknown := int((~reading.known).sum()):
    st.info(f"{unknown:,} of {len(reading.tokens):,} words are not in the vocabulary: the network reads them as <unk>.")

response, clusters = chosen.response(), chosen.clusters()
labels = cluster_labels(response, clusters, vocabulary)
flow = cluster_flow(reading.states[chosen.state][:, chosen.layer], clusters.unit_labels, clusters.k)
position = st.session_state.get("position")
position = position if position is not None and position < len(reading.tokens) else None
drawn = sentence_glyphs_data(reading, flow, vocabulary, labels, run.classes)
sentence_glyphs(drawn, position, key=KEY, on_pick=take_pick)
how_to_read(
    f"One box per token; in it a lane per unit cluster of {chosen.layer_name} ({chosen.state} state): grey is held, "
    "filled gained, dashed lost, and the rulers between boxes show the share that was kept."
    + (" Below, what it would say of the text if it ended there." if run.classes else ""),
    "the state starts at zero, so the first tokens always gain much; a sum over a cluster hides what cancels in it.",
)

if position is not None:
    st.subheader(f"After token {position + 1}", anchor=False)
    guesses, memory = st.columns(2)
    probability = st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1)
    if run.classes:
        expected = classes_table(reading, position, run.classes)
    else:
        expected = guesses_table(reading, position, vocabulary)
    guesses.dataframe(expected, hide_index=True, column_config={"probability": probability})
    memory.dataframe(step_table(flow, position, labels), hide_index=True)
    recorded = cached.find_recording(run).response(chosen.state, chosen.layer)
    occurrence = occurrence_table(reading, position, recorded, clusters)
    numbers(occurrence, "occurrence", label=f"Token {position + 1} against its word: every unit")
numbers(steps_table(reading, flow, vocabulary, run.classes), "sentence", label="Every step")
