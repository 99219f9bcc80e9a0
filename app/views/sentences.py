"""One text, word by word: what it writes into the memory, what it erases, what the model expected."""

import pandas as pd
import streamlit as st

from analysis.coclustering import telling_words
from analysis.sentence import LONGEST, cluster_flow
from app import cached, selection
from app.components.sentence_glyphs import sentence_glyphs, sentence_glyphs_data, shown_token
from app.examples import example_texts
from app.notices import how_to_read, show_error
from app.recording_panel import ensure_recorded
from app.tables import numbers
from data_prep.errors import UserError
from data_prep.text_file import decode

KEY = "sentence-glyphs"
LARGEST_UPLOAD_MB = 10
LARGEST_PASTE = 20_000  # characters


def take_pick() -> None:
    """Keep the clicked position for the next run of the page."""
    pick = st.session_state[KEY].picked
    if pick:
        st.session_state["position"] = pick["position"]


def take_example() -> None:
    """Put the chosen example into the text box."""
    st.session_state["text"] = st.session_state["example"]
    st.session_state["position"] = None


chosen = selection.current()
run, vocabulary = chosen.run, chosen.run.vocabulary
unit = vocabulary.tokenisation.unit
st.title("Sentences", anchor=False)
ensure_recorded(run)

left, right = st.columns([3, 1])
examples = example_texts(unit)
text = left.text_area(
    "Text",
    value=examples[0],
    max_chars=LARGEST_PASTE,
    height=68,
    key="text",
    bind="query-params",
    on_change=lambda: st.session_state.update(position=None),
)
with right:
    st.selectbox("Examples", examples, index=None, key="example", on_change=take_example, placeholder="choose one")
    with st.popover("Upload a text file", icon=":material/upload:", width="stretch"):
        upload = st.file_uploader("Plain text, UTF-8", type=["txt"], max_upload_size=LARGEST_UPLOAD_MB, key="upload")
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
if unknown := int((~reading.known).sum()):
    st.info(f"{unknown:,} of {len(reading.tokens):,} words are not in the vocabulary: the network reads them as <unk>.")

response, clusters = chosen.response(), chosen.clusters()
labels = [
    " ".join(vocabulary.display(response.token_ids[word]) for word in words)
    for words in telling_words(clusters, response.mean, 3)
]
flow = cluster_flow(reading.states[chosen.state][:, chosen.layer], clusters.unit_labels, clusters.k)
position = st.session_state.get("position")
position = position if position is not None and position < len(reading.tokens) else None
sentence_glyphs(sentence_glyphs_data(reading, flow, vocabulary, labels), position, key=KEY, on_pick=take_pick)
how_to_read(
    f"One box per token; in it a lane per unit cluster of {chosen.layer_name} ({chosen.state} state): grey is held, "
    "filled gained, dashed lost, and the rulers between boxes show the share that was kept.",
    "the state starts at zero, so the first tokens always gain much; a sum over a cluster hides what cancels in it.",
)

shown = [shown_token(reading, vocabulary, t) for t in range(len(reading.tokens))]
if position is not None:
    st.subheader(f"After token {position + 1}", anchor=False)
    guesses, memory = st.columns(2)
    with guesses:
        expected = pd.DataFrame(
            {
                "expected next": [vocabulary.display(guess) for guess in reading.guess_ids[position]],
                "probability": reading.guess_probabilities[position],
            }
        )
        st.dataframe(
            expected,
            hide_index=True,
            column_config={"probability": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1)},
        )
    with memory:
        st.dataframe(
            pd.DataFrame(
                {
                    "cluster": range(1, clusters.k + 1),
                    "words": labels,
                    "gained": flow.gained_positive[position] + flow.gained_negative[position],
                    "lost": flow.lost_positive[position] + flow.lost_negative[position],
                    "kept": flow.kept_rate[position],
                }
            ),
            hide_index=True,
        )
steps = pd.DataFrame({"token": shown, "known": reading.known, "surprise (nats)": reading.surprise_nats})
for rank in range(reading.guess_ids.shape[1]):
    steps[f"guess {rank + 1}"] = [vocabulary.display(guess) for guess in reading.guess_ids[:, rank]]
    steps[f"probability {rank + 1}"] = reading.guess_probabilities[:, rank]
for cluster in range(clusters.k):
    steps[f"kept {cluster + 1}"] = flow.kept_rate[:, cluster]
    steps[f"gained {cluster + 1}"] = flow.gained_positive[:, cluster] + flow.gained_negative[:, cluster]
    steps[f"lost {cluster + 1}"] = flow.lost_positive[:, cluster] + flow.lost_negative[:, cluster]
numbers(steps, "sentence", label="Every step")
