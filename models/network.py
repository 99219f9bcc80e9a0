"""The recurrent language model: embedding, stacked recurrent layers, linear decoder."""

import torch
from torch import Tensor, nn

from data_prep.errors import UserError
from models.recipe import ModelSettings

CELLS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
DEVICES = ("auto", "cpu", "cuda")
INITIAL_RANGE = 0.1

State = Tensor | tuple[Tensor, Tensor] | None


class RecurrentLanguageModel(nn.Module):
    """Predicts each next token from the tokens before it.

    Time comes first: ids are (T, B), hidden states (T, B, H), logits (T, B, V).
    Dropout stands on the embedding, between the layers, and before the decoder.
    """

    def __init__(self, settings: ModelSettings, vocabulary_size: int) -> None:
        super().__init__()
        self.settings = settings
        self.embedding = nn.Embedding(vocabulary_size, settings.embedding)
        self.recurrent = CELLS[settings.cell](
            settings.embedding,
            settings.units,
            settings.layers,
            dropout=settings.dropout if settings.layers > 1 else 0.0,
        )
        self.decoder = nn.Linear(settings.units, vocabulary_size)
        self.dropout = nn.Dropout(settings.dropout)
        nn.init.uniform_(self.embedding.weight, -INITIAL_RANGE, INITIAL_RANGE)
        nn.init.uniform_(self.decoder.weight, -INITIAL_RANGE, INITIAL_RANGE)
        nn.init.zeros_(self.decoder.bias)
        if settings.tied:
            self.decoder.weight = self.embedding.weight

    def forward(self, ids: Tensor, state: State = None) -> tuple[Tensor, State]:
        """Logits (T, B, V) for the token after each of `ids` (T, B), and the state at the end."""
        hidden, state = self.recurrent(self.dropout(self.embedding(ids)), state)
        return self.decoder(self.dropout(hidden)), state

    def parameter_count(self) -> int:
        """Trained numbers; tied ones count once."""
        return sum(parameter.numel() for parameter in self.parameters())


def detached(state: State) -> State:
    """The state as a plain value: gradients stop here."""
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()


def resolve_device(device: str) -> torch.device:
    """`auto` is a GPU where there is one. Raises UserError for another name, or for `cuda` without one."""
    if device not in DEVICES:
        raise UserError(f"There is no device {device!r}.", f"Choose one of: {', '.join(DEVICES)}.")
    if device == "cuda" and not torch.cuda.is_available():
        raise UserError("This machine has no CUDA device that torch can use.", "Use --device cpu.")
    return torch.device("cuda" if device != "cpu" and torch.cuda.is_available() else "cpu")
