"""What many texts can be sorted by: known to `--help`, which does not wait for torch."""

# Whether the largest values come first: the texts most worth reading do.
SORTS = {
    "row": False,
    "tokens": True,
    "unknown": True,
    "surprise": True,
    "probability": False,
    "label": False,
    "settled": True,
    "change": True,
    "kept": True,
}
