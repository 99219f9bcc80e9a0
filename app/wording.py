"""Numbers with their nouns."""


def counted(number: int, noun: str) -> str:
    """`1 word`, `1,024 words`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
