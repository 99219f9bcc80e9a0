"""The command about what a model writes: generate.

What needs torch is imported where it is used, so that `--help` and `prepare` need not wait for it.
"""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text
from rich.tree import Tree as DrawnTree

from app.cli.console import AsJson, Device, output, print_json, print_note, printable
from app.defaults import SAMPLE, TREE
from data_prep.errors import UserError
from data_prep.prompt import Prompt, read_prompt
from data_prep.tokens import SENTENCE_END, display_token
from data_prep.vocabulary import Vocabulary

if TYPE_CHECKING:
    from models.generation.continuations import Node
    from models.generation.sampling import Sample


def generate(
    run: Annotated[str, typer.Argument(help="Id of a run of a language model.")],
    prompt: Annotated[str, typer.Option(help="The text to go on with; without one, a sentence begins.")] = "",
    length: Annotated[int | None, typer.Option(help=f"Tokens to write; by default {SAMPLE['length']}.")] = None,
    temperature: Annotated[
        float | None, typer.Option(help=f"0 takes the likeliest, more dares more; by default {SAMPLE['temperature']}.")
    ] = None,
    top_k: Annotated[int | None, typer.Option(help="Draw among so many tokens; by default among all.")] = None,
    seed: Annotated[int | None, typer.Option(help=f"Of the drawing; by default {SAMPLE['seed']}.")] = None,
    until_end: Annotated[bool, typer.Option("--until-end", help="Stop at the first end of a sentence.")] = False,
    as_tree: Annotated[bool, typer.Option("--tree", help="Show instead what may follow, as a tree.")] = False,
    branching: Annotated[
        int | None, typer.Option(help=f"Tokens after each node, at most; by default {TREE['branching']}.")
    ] = None,
    minimum_probability: Annotated[
        float | None, typer.Option(help=f"Of the whole path to a node; by default {TREE['minimum_probability']}.")
    ] = None,
    depth: Annotated[int | None, typer.Option(help=f"Of the tree, in tokens; by default {TREE['depth']}.")] = None,
    device: Device = "auto",
    as_json: AsJson = False,
) -> None:
    """Let a language model go on with a text, or show the tree of what may follow."""
    from models.generation.continuations import tree
    from models.generation.sampling import sample
    from models.network import resolve_device
    from models.run import open_run

    of_text = _given(length=length, temperature=temperature, top_k=top_k, seed=seed)
    of_tree = _given(branching=branching, minimum_probability=minimum_probability, depth=depth)
    if misplaced := (*of_text, *(["until_end"] if until_end else ())) if as_tree else of_tree:
        option = "--" + next(iter(misplaced)).replace("_", "-")
        raise UserError(f"{option} {'has no meaning with' if as_tree else 'belongs to'} --tree.", "Leave one out.")
    chosen_device = resolve_device(device)
    opened = open_run(run)
    vocabulary = opened.vocabulary
    end_id = _end_id(vocabulary) if until_end else None
    network = opened.load_language_model(chosen_device)
    begun = read_prompt(prompt, vocabulary)
    if as_tree:
        result = tree(network, vocabulary, begun.ids, **(TREE | of_tree))
    else:
        result = sample(network, vocabulary, begun.ids, **(SAMPLE | of_text), end_id=end_id)
    if as_json:
        return print_json({"run": run, "prompt": prompt, "unknown": list(begun.unknown)} | result.to_json())
    if as_tree:
        output.print(_drawn(result.root, begun, vocabulary))
        if result.left_out:
            print_note(
                f"The tree was cut at {result.nodes:,} nodes; of its last depth {result.left_out:,} were left out."
            )
    else:
        output.print(_continued(begun, result, vocabulary), soft_wrap=True)
    if begun.unknown:
        treated = "left out" if vocabulary.unknown_id is None else "read as <unk>"
        shown = ", ".join(display_token(token, vocabulary.tokenisation) for token in dict.fromkeys(begun.unknown))
        print_note(f"Not in the vocabulary, {treated}: {shown}")


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _end_id(vocabulary: Vocabulary) -> int:
    if SENTENCE_END not in vocabulary.ids:
        raise UserError(f"This model knows no end of a sentence ({SENTENCE_END}).", "Leave out --until-end.")
    return vocabulary.ids[SENTENCE_END]


def _continued(prompt: Prompt, written: "Sample", vocabulary: Vocabulary) -> Text:
    whole, length = prompt.continued(written.tokens, vocabulary), len(prompt.text)
    return Text(printable(whole[:length]), "bold").append(printable(whole[length:]), "not bold")


def _drawn(root: "Node", prompt: Prompt, vocabulary: Vocabulary) -> DrawnTree:
    drawn = DrawnTree(Text(printable(prompt.text.strip()) or vocabulary.display(root.token_id), "bold"))

    def grow(branch: DrawnTree, node: "Node") -> None:
        for child in node.children:
            label = Text(vocabulary.display(child.token_id)).append(f"  {child.probability:.1%}", "dim")
            grow(branch.add(label), child)

    grow(drawn, root)
    return drawn
