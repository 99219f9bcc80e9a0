"""The pages of the dashboard, by the sections of the bar at the top."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """A script under `views/`, its title and icon, and what a visitor finds there."""

    path: str
    title: str
    icon: str
    shows: str


OVERVIEW = Page("views/overview.py", "Overview", ":material/home:", "the run, and where to look")
SECTIONS = {
    "": (OVERVIEW,),
    "Memory": (
        Page("views/memory_map.py", "Memory map", ":material/hub:", "which words move which units"),
        Page("views/words.py", "Words", ":material/sort_by_alpha:", "how every unit responds to a word"),
        Page("views/units.py", "Units", ":material/grain:", "what moves a unit, its gates, where it is strongest"),
        Page("views/gates.py", "Gates", ":material/door_open:", "how often gates are open and shut, which units keep"),
        Page("views/interpret.py", "Reading units", ":material/format_color_text:", "what units keep track of, tested"),
        Page("views/sentences.py", "Sentences", ":material/notes:", "what each word writes into the memory and erases"),
        Page("views/compare.py", "Compare", ":material/compare:", "two models, layers, checkpoints or texts"),
    ),
    "Predictions": (
        Page("views/errors.py", "Errors", ":material/error_outline:", "where models err, and what would help"),
        Page("views/long_range.py", "Long range", ":material/data_array:", "how far back a model remembers"),
        Page("views/models.py", "Models", ":material/leaderboard:", "every model of a corpus, beside n-grams"),
        Page("views/generate.py", "Generate", ":material/edit_note:", "how the model goes on with a text"),
    ),
    "Texts and models": (
        Page("views/corpora.py", "Corpora", ":material/library_books:", "what a text is made of; add your own"),
        Page("views/training.py", "Training", ":material/model_training:", "train a model and watch it learn"),
        Page("views/dynamics.py", "Dynamics", ":material/timeline:", "what the model resembled while it learnt"),
        Page("views/own_model.py", "Your model", ":material/upload_file:", "take in a network trained elsewhere"),
    ),
}
PAGES = tuple(page for pages in SECTIONS.values() for page in pages)


def section_of(title: str) -> str:
    """The section under which a page is found; empty for one that stands in the bar itself."""
    return next(section for section, pages in SECTIONS.items() if any(page.title == title for page in pages))
