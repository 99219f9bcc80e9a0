"""What a network expects after the tokens that it has read: the step that samples and trees share.

A typed prompt becomes token ids by `data_prep.prompt.read_prompt`. The state starts at zero, reads the prompt and is
carried on.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from data_prep.errors import UserError
from models.evaluation import finite
from models.network import RecurrentLanguageModel, State


def next_logits(network: RecurrentLanguageModel, ids: Tensor, state: State) -> tuple[Tensor, State]:
    """(logits (B, V) of the tokens after `ids` (T, B), the state at the end); UserError where they are no numbers."""
    hidden, state = network.read(ids.to(network.device), state)
    logits = network.decoder(hidden[-1])
    finite(logits.logsumexp(1).sum().item())
    return logits, state


def likeliest(probabilities: Tensor, count: int) -> Tensor:
    """Where the `count` highest of an array of probabilities stand, as booleans."""
    taken = torch.zeros(probabilities.numel(), dtype=torch.bool)
    taken[probabilities.flatten().topk(count).indices] = True
    return taken.view_as(probabilities)


def check_prompt(prompt_ids: Sequence[int]) -> None:
    """UserError when there is nothing to read."""
    check(len(prompt_ids) > 0, "The prompt has no tokens.", "Let read_prompt find its first one.")


def check(holds: bool, message: str, hint: str) -> None:
    """UserError unless it holds."""
    if not holds:
        raise UserError(message, hint)
