"""The beginning of a text that a language model is to continue."""

from dataclasses import dataclass

from data_prep.errors import UserError
from data_prep.joining import join_tokens
from data_prep.tokens import NUMBER, SENTENCE_END
from data_prep.vocabulary import Vocabulary

LONGEST = 2000  # tokens
LONGEST_CHARACTERS = 64 * LONGEST


@dataclass(frozen=True)
class Prompt:
    """A prompt as a network reads it, T ≥ 1 tokens.

    text: as typed. tokens, ids: (T,). unknown: its tokens outside the vocabulary, in their order: read as `<unk>`
    where there is one, else left out of `tokens` (bytes).
    """

    text: str
    tokens: tuple[str, ...]
    ids: tuple[int, ...]
    unknown: tuple[str, ...]

    def continued(self, tokens: tuple[str, ...], vocabulary: Vocabulary) -> str:
        """The text with these tokens written behind it."""
        before = self.tokens if self.text.strip() else ()
        joined = join_tokens(tokens, vocabulary.tokenisation, before=before)
        spaced = vocabulary.tokenisation.unit == "words" and self.text[-1:].isspace()
        return self.text + (joined.lstrip(" ") if spaced else joined)


def read_prompt(text: str, vocabulary: Vocabulary) -> Prompt:
    """Cut a prompt and look its tokens up.

    An empty one begins where a sentence does: after `<eos>`, or after a line end. A line that is still open has no
    `<eos>` at its end, and N alone means any number, so that what a network wrote can be read again.

    Raises UserError when the prompt is too long, is no text, has not one known token, or is empty and the
    vocabulary has neither `<eos>` nor the line end.
    """
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise UserError("The prompt is not text: it has NUL characters, or parts of characters.", "Give plain text.")
    tokens = _tokens(text, vocabulary) if len(text) <= LONGEST_CHARACTERS else []
    if len(text) > LONGEST_CHARACTERS or len(tokens) > LONGEST:
        raise UserError(
            f"The prompt is too long: a text of {LONGEST:,} {vocabulary.tokenisation.unit} can be continued.",
            "Give its last sentences.",
        )
    if not tokens:
        tokens = [_start(vocabulary)]
    ids, known = vocabulary.encode(tokens)
    if not known.any():
        raise UserError(
            f"The vocabulary of this model has none of the {vocabulary.tokenisation.unit} of the prompt.",
            "Write it in the language of the text that the model was trained on.",
        )
    read = [(token, token_id) for token, token_id in zip(tokens, ids.tolist(), strict=True) if token_id >= 0]
    return Prompt(
        text=text,
        tokens=tuple(token for token, _ in read),
        ids=tuple(token_id for _, token_id in read),
        unknown=tuple(token for token, is_known in zip(tokens, known, strict=True) if not is_known),
    )


def _tokens(text: str, vocabulary: Vocabulary) -> list[str]:
    cut = vocabulary.tokenisation.cut(text)
    tokens = list(cut.tokens)
    if vocabulary.tokenisation.unit != "words":
        return tokens
    if vocabulary.tokenisation.sentence_ends == "lines" and tokens and cut.spans[-1, 0] == cut.spans[-1, 1]:
        tokens.pop()  # the <eos> of a line that is to go on
    if NUMBER in vocabulary.ids:
        for place, (start, end) in enumerate(cut.spans[: len(tokens)].tolist()):
            if cut.text[start:end] == NUMBER:
                tokens[place] = NUMBER
    return tokens


def _start(vocabulary: Vocabulary) -> str:
    for token in (SENTENCE_END, "\n"):
        if token in vocabulary.ids:
            return token
    raise UserError(
        "The prompt is empty, and this vocabulary has no sentence end and no line end to begin after.",
        "Write the beginning of a text.",
    )
