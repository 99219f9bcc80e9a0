"""Recurrent networks for text: token input, stacked recurrent layers, linear decoder."""

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence

from data_prep.errors import UserError
from models.linear_cross_entropy import linear_cross_entropy
from models.recipe import ModelSettings, Recipe

CELLS = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}
DEVICES = ("auto", "cpu", "cuda")
INITIAL_RANGE = 0.1

State = Tensor | tuple[Tensor, Tensor] | None


class OneHot(nn.Module):
    """Ids (…) to one-hot vectors (…, V) of float32."""

    def __init__(self, vocabulary_size: int) -> None:
        super().__init__()
        self.vocabulary_size = vocabulary_size

    def forward(self, ids: Tensor) -> Tensor:
        """One vector for each id."""
        return functional.one_hot(ids, self.vocabulary_size).float()


class RecurrentNetwork(nn.Module):
    """What language model and classifier share: from token ids to the top layer's hidden states.

    Time comes first: ids are (T, B), hidden states (T, B, H), twice as wide in a bidirectional network.
    Dropout stands on the embedding, between the layers, and before the decoder.
    """

    def __init__(self, settings: ModelSettings, vocabulary_size: int, outputs: int) -> None:
        super().__init__()
        self.settings = settings
        self.vocabulary_size = vocabulary_size
        if settings.embedding == "one-hot":
            self.embedding, width, input_dropout = OneHot(vocabulary_size), vocabulary_size, 0.0
        else:
            self.embedding, width = nn.Embedding(vocabulary_size, settings.embedding), settings.embedding
            input_dropout = settings.dropout if settings.input_dropout is None else settings.input_dropout
        self.recurrent = CELLS[settings.cell](
            width,
            settings.units,
            settings.layers,
            dropout=settings.dropout if settings.layers > 1 else 0.0,
            bidirectional=settings.bidirectional,
        )
        self.decoder = nn.Linear(settings.units * (2 if settings.bidirectional else 1), outputs)
        self.input_dropout = nn.Dropout(input_dropout)
        self.dropout = nn.Dropout(settings.dropout)
        for module in (self.embedding, self.decoder):
            for parameter in module.parameters():
                nn.init.uniform_(parameter, -INITIAL_RANGE, INITIAL_RANGE)
        nn.init.zeros_(self.decoder.bias)
        if settings.initial_range is not None:
            for parameter in self.parameters():
                nn.init.uniform_(parameter, -settings.initial_range, settings.initial_range)
        if settings.tied:
            self.decoder.weight = self.embedding.weight

    def inputs(self, ids: Tensor) -> Tensor:
        """What the first layer reads, (T, B, embedding or V)."""
        return self.input_dropout(self.embedding(ids))

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.decoder.weight.device

    def parameter_count(self) -> int:
        """Trained numbers; tied ones count once."""
        return sum(parameter.numel() for parameter in self.parameters())


class RecurrentLanguageModel(RecurrentNetwork):
    """Predicts each next token from the tokens before it."""

    def __init__(self, settings: ModelSettings, vocabulary_size: int) -> None:
        super().__init__(settings, vocabulary_size, vocabulary_size)

    def forward(self, ids: Tensor, state: State = None) -> tuple[Tensor, State]:
        """Logits (T, B, V) for the token after each of `ids` (T, B), and the state at the end."""
        hidden, state = self.read(ids, state)
        return self.decoder(hidden), state

    def read(self, ids: Tensor, state: State = None) -> tuple[Tensor, State]:
        """What the decoder reads at each of `ids` (T, B): (T, B, H), and the state at the end."""
        hidden, state = self.recurrent(self.inputs(ids), state)
        return self.dropout(hidden), state

    def loss(self, ids: Tensor, targets: Tensor, state: State = None) -> tuple[Tensor, State]:
        """Mean cross-entropy (nats per token) of `targets` (T, B) after `ids` (T, B), and the state at the end.

        Equal to the cross-entropy of the logits, which are never all in memory.
        """
        hidden, state = self.read(ids, state)
        weight, bias = self.decoder.weight, self.decoder.bias
        return linear_cross_entropy(hidden.flatten(0, 1), weight, bias, targets.flatten()), state


class RecurrentClassifier(RecurrentNetwork):
    """Tells the class of a text from the top layer's state after its last token.

    A bidirectional network also reads from the end, and joins the state that it reaches at the beginning.
    """

    def __init__(self, settings: ModelSettings, vocabulary_size: int, classes: int) -> None:
        super().__init__(settings, vocabulary_size, classes)

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Logits (B, C) of the texts in the columns of `ids` (T, B), of `lengths` (B,) at least 1.

        What stands after a text's length is not read; every text starts from the zero state.
        """
        inputs = self.inputs(ids)
        if self.settings.bidirectional:
            packed = pack_padded_sequence(inputs, lengths.cpu(), enforce_sorted=False)
            _, last = self.recurrent(packed)
            hidden = last[0] if isinstance(last, tuple) else last
            return self.decoder(self.dropout(torch.cat([hidden[-2], hidden[-1]], dim=1)))
        hidden, _ = self.recurrent(inputs)  # forward only: what follows the last token cannot matter to it
        last = hidden[lengths - 1, torch.arange(len(lengths), device=ids.device)]
        return self.decoder(self.dropout(last))

    def loss(self, ids: Tensor, lengths: Tensor, labels: Tensor, class_weights: Tensor | None = None) -> Tensor:
        """Mean cross-entropy in nats per text of the true classes `labels` (B,), times their weights (C,) if given.

        It is divided by the number of texts, not by their weights: processes that share a batch can average it.
        """
        losses = functional.cross_entropy(self(ids, lengths), labels, class_weights, reduction="none")
        return losses.mean()


def build_network(recipe: Recipe, vocabulary_size: int, classes: int) -> RecurrentNetwork:
    """The network that a recipe describes, with fresh weights."""
    if recipe.task == "classifier":
        return RecurrentClassifier(recipe.model, vocabulary_size, classes)
    return RecurrentLanguageModel(recipe.model, vocabulary_size)


def parameter_count(settings: ModelSettings, vocabulary_size: int, outputs: int) -> int:
    """How many trained numbers such a network has, from shapes alone: nothing is allocated."""
    with torch.device("meta"):
        return RecurrentNetwork(settings, vocabulary_size, outputs).parameter_count()


def detached(state: State) -> State:
    """The state as a plain value: gradients stop here."""
    if state is None:
        return None
    return tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()


def resolve_device(device: str) -> torch.device:
    """`auto` is a GPU where there is one. Raises UserError for another name, or for `cuda` without one."""
    if device not in DEVICES:
        raise UserError(f"There is no device {device!r}.", f"Choose one of: {', '.join(DEVICES)}.")
    if device == "cuda" and not torch.cuda.is_available():
        raise UserError("This machine has no CUDA device that torch can use.", "Use --device cpu.")
    return torch.device("cuda" if device != "cpu" and torch.cuda.is_available() else "cpu")
