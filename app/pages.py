"""The pages of the dashboard, in the order of the sidebar."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """A script under `views/`, its title and icon, and what a visitor finds there."""

    path: str
    title: str
    icon: str
    shows: str


OVERVIEW = Page("views/overview.py", "Overview", ":material/home:", "the run, and where to look")
PAGES = (
    OVERVIEW,
    Page("views/memory_map.py", "Memory map", ":material/hub:", "which words move which units"),
    Page("views/words.py", "Words", ":material/sort_by_alpha:", "how every unit responds to a word"),
    Page("views/units.py", "Units", ":material/grain:", "what moves a unit, its gates, where it is strongest"),
    Page("views/gates.py", "Gates", ":material/door_open:", "how often gates are open and shut, which units keep"),
    Page("views/sentences.py", "Sentences", ":material/notes:", "what each word writes into the memory and erases"),
    Page("views/compare.py", "Compare", ":material/compare:", "two models, layers, checkpoints or texts"),
    Page("views/generate.py", "Generate", ":material/edit_note:", "how the model goes on with a text"),
    Page("views/corpora.py", "Corpora", ":material/library_books:", "what a text is made of; add your own"),
    Page("views/training.py", "Training", ":material/model_training:", "train a model and watch it learn"),
    Page("views/dynamics.py", "Dynamics", ":material/timeline:", "what the model resembled while it learnt"),
    Page("views/own_model.py", "Your model", ":material/upload_file:", "take in a network trained elsewhere"),
)
