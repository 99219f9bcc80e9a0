"""What the model writes after a prompt, and the tree of what it might have written."""

import streamlit as st

from app import cached, selection
from app.components.continuation_tree import continuation_tree, continuation_tree_data, tokens_along
from app.components.generated_text import generated_text, generated_text_data
from app.defaults import SAMPLE, TREE
from app.examples import example_prompt
from app.linked_text import linked_text_area
from app.notices import PageEnded, how_to_read, literal, show_error
from app.numbers import numbers
from app.tables.generation import sample_table, tree_table
from data_prep.errors import UserError
from data_prep.prompt import read_prompt
from data_prep.tokens import SENTENCE_END, display_token

TEXT, TREE_KEY = "generated-text", "continuation-tree"
LONGEST_SAMPLE = 1000
LARGEST_TREE = 200  # nodes that can still be taken in
SMALLEST = (0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001)


def take_position() -> None:
    """The text up to the clicked token becomes the prompt."""
    pick = st.session_state[TEXT].picked
    if pick:
        st.session_state["prompt"] = prompt.continued(written.tokens[: pick["position"] + 1], vocabulary)


def take_path() -> None:
    """The path to the clicked node becomes the end of the prompt."""
    pick = st.session_state[TREE_KEY].picked
    if pick:
        st.session_state["prompt"] = prompt.continued(tokens_along(grown.root, pick["path"]), vocabulary)


def draw_again() -> None:
    """The next seed."""
    st.session_state["seed"] += 1


run = selection.current().run
vocabulary = run.vocabulary
unit, noun = vocabulary.tokenisation.unit, vocabulary.tokenisation.noun
st.title("Generate", anchor=False)
text = linked_text_area(st, "Prompt", example_prompt(vocabulary), key="prompt", height=68)
columns = st.columns([3, 2, 2, 2])
temperature = columns[0].slider(
    "Temperature",
    0.0,
    2.0,
    value=SAMPLE["temperature"],
    step=0.05,
    key="temperature",
    bind="query-params",
    help="0 takes the likeliest, 1 draws as the network believes, more dares more.",
)
top_k = columns[1].number_input(
    "Top k",
    1,
    value=SAMPLE["top_k"],
    key="top_k",
    bind="query-params",
    placeholder="all",
    help=f"Draws among so many of the likeliest {noun}s; empty, among all.",
)
length = columns[2].number_input(
    f"Length in {unit}", 1, LONGEST_SAMPLE, value=SAMPLE["length"], key="length", bind="query-params"
)
seed = columns[3].number_input("Seed", 0, value=SAMPLE["seed"], key="seed", bind="query-params")
with st.container(horizontal=True, vertical_alignment="center"):
    st.button("Draw again", on_click=draw_again, icon=":material/casino:", help="With the next seed.")
    until_end = SENTENCE_END in vocabulary.ids and st.toggle(
        "Stop at the first end of a sentence", key="until_end", bind="query-params"
    )
try:
    run.expect_language_model(cached.find_network(run))  # or why there is none, whatever the prompt is
    prompt = read_prompt(text, vocabulary)
    written = cached.find_sample(
        run, prompt.ids, length=length, temperature=temperature, top_k=top_k, seed=seed, until_end=until_end
    )
except UserError as error:
    show_error(error)
    raise PageEnded from error
if prompt.unknown:
    shown = ", ".join(display_token(token, vocabulary.tokenisation) for token in dict.fromkeys(prompt.unknown))
    treated = "left out" if vocabulary.unknown_id is None else "the network reads them as <unk>"
    st.info(f"Not in the vocabulary, {literal(treated)}: {literal(shown)}")

generated_text(generated_text_data(prompt, written, vocabulary), key=TEXT, on_pick=take_position)
how_to_read(
    f"The prompt in bold, then what the network wrote; the bar under a {noun} is the probability that the network gave "
    "it after all before it, full height for 100 %. A click makes the text up to there the prompt.",
    f"this is one draw of many, and a low bar is no error: where many {noun}s may follow, each is improbable.",
)
numbers(sample_table(written, vocabulary), "sample", label=f"The {noun}s that were written")

st.subheader("What may follow the prompt", anchor=False)
columns = st.columns([2, 3, 2])
branching = columns[0].slider("Branches of a node", 1, 8, value=TREE["branching"], key="branching", bind="query-params")
minimum = columns[1].select_slider(
    "Smallest probability of a path",
    SMALLEST,
    value=TREE["minimum_probability"],
    key="minimum",
    bind="query-params",
    help="Of the whole path from the prompt to a node: 0.01 is one in a hundred.",
)
depth = columns[2].slider("Depth", 1, 12, value=TREE["depth"], key="depth", bind="query-params")
grown = cached.find_tree(
    run, prompt.ids, branching=branching, minimum_probability=minimum, depth=depth, largest=LARGEST_TREE
)
if grown.left_out:
    st.warning(
        f"The tree is cut at {grown.nodes:,} nodes, the likeliest; of its last depth {grown.left_out:,} were left out."
    )
continuation_tree(continuation_tree_data(grown, vocabulary), key=TREE_KEY, on_pick=take_path)
how_to_read(
    f"A column for each {noun} to come; link and per cent say how probable a {noun} is after the path before it. A "
    "click on a node makes its path the prompt.",
    "a path is less probable than each of its links, and what is not shown may hold most of the probability.",
)
numbers(tree_table(grown, vocabulary), "tree", label="All nodes")
