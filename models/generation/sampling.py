"""Samples: what a language model writes after a prompt, drawn token by token.

The network comes back in the mode that it was in, and torch's own random numbers are not touched.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from data_prep.joining import join_tokens
from data_prep.vocabulary import Vocabulary
from models.evaluation import evaluating
from models.generation.next_token import check, check_prompt, likeliest, next_logits
from models.network import RecurrentLanguageModel


@dataclass(frozen=True)
class Sample:
    """S tokens that a network wrote.

    ids, tokens: (S,). probabilities: (S,), what the network gives each after all before it, among all V tokens:
    its own belief, whatever temperature and top_k the token was drawn with. text: the tokens as text.
    """

    ids: tuple[int, ...]
    tokens: tuple[str, ...]
    probabilities: tuple[float, ...]
    text: str
    temperature: float
    top_k: int | None
    seed: int

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready dictionary."""
        written = zip(self.tokens, self.probabilities, strict=True)
        return {
            "seed": self.seed,
            "temperature": self.temperature,
            "top_k": self.top_k,
            "tokens": [{"token": token, "probability": round(p, 6)} for token, p in written],
            "text": self.text,
        }


def sample(
    network: RecurrentLanguageModel,
    vocabulary: Vocabulary,
    prompt_ids: Sequence[int],
    *,
    length: int,
    temperature: float,
    top_k: int | None,
    seed: int,
    end_id: int | None = None,
) -> Sample:
    """Draw `length` tokens, one after the other; fewer when `end_id` is drawn, which is then the last.

    Each is drawn from softmax(logits / temperature), among the `top_k` likeliest where that is given; at temperature
    0 it is the likeliest. `<unk>` is never written: it stands for no word, and its share falls to the others.
    The seed gives every place of the text a random number of its own, from the first token of the prompt on: the same
    seed writes the same text (but for the rounding of another device), and goes on with it as before when the prompt
    is a text that it wrote.

    Raises UserError for options out of range, and when the network's predictions are not numbers.
    """
    check_prompt(prompt_ids)
    check(length >= 1, f"A text of {length} tokens cannot be written.", "Take a length of at least 1.")
    check(
        temperature >= 0 and math.isfinite(temperature),
        f"The temperature cannot be {temperature:g}.",
        "Take 0 for the likeliest token, 1 for the network's own probabilities, or any number above 0.",
    )
    check(top_k is None or top_k >= 1, f"top_k cannot be {top_k}.", "Take at least 1, or leave it out.")
    check(0 <= seed < 2**63, f"The seed cannot be {seed}.", "Take 0 or a larger whole number.")
    check(len(vocabulary) > (vocabulary.unknown_id is not None), "The vocabulary has nothing but <unk>.", "")
    generator = torch.Generator().manual_seed(seed)
    torch.rand(len(prompt_ids), dtype=torch.float64, generator=generator)
    ids: list[int] = []
    probabilities: list[float] = []
    unread, state = torch.tensor(prompt_ids)[:, None], None
    with evaluating(network):
        while len(ids) < length and ids[-1:] != [end_id]:
            logits, state = next_logits(network, unread, state)
            log_probabilities = logits[0].cpu().double().log_softmax(0)
            shares = _shares(log_probabilities, vocabulary.unknown_id, temperature, top_k).cumsum(0)
            place = shares[-1] * torch.rand(1, dtype=torch.float64, generator=generator)
            ids.append(int(torch.searchsorted(shares, place, right=True)))
            probabilities.append(log_probabilities[ids[-1]].exp().item())
            unread = torch.tensor([ids[-1:]])
    tokens = tuple(vocabulary.tokens[token_id] for token_id in ids)
    text = join_tokens(tokens, vocabulary.tokenisation)
    return Sample(tuple(ids), tokens, tuple(probabilities), text, temperature, top_k, seed)


def _shares(log_probabilities: Tensor, unknown_id: int | None, temperature: float, top_k: int | None) -> Tensor:
    """What each of V tokens is drawn with; at temperature 0 all goes to the likeliest."""
    allowed = log_probabilities.clone()
    if unknown_id is not None:
        allowed[unknown_id] = -math.inf
    if temperature == 0:
        return functional.one_hot(allowed.argmax(), len(allowed)).double()
    if top_k is not None and top_k < len(allowed):
        allowed[likeliest(allowed, top_k).logical_not()] = -math.inf
    return ((allowed - allowed.max()) / temperature).softmax(0)
