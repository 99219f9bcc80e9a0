"""What every page has at the end of the sidebar: export, and the tour."""

from app import selection
from app.components.page_export import is_wanted, page_export
from app.components.tour import tour
from app.page_tables import shown_tables


def tools(title: str) -> None:
    """Draw them; title: of the page."""
    chosen = selection.chosen_run()
    tables = shown_tables() if is_wanted() else None
    page_export({"title": title, "run": chosen.id if chosen else None, "tables": tables})
    tour()
