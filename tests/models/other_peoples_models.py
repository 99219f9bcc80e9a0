"""Networks as people write them, saved as people save them. Knows torch and nothing of rnnscope.

    python other_peoples_models.py FOLDER

writes per model FOLDER/<name>.pt or .safetensors, and <name>.npz with token ids (T,) and the probabilities (T, V)
that the model itself gives to the token after each.
"""

import sys
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from torch import nn

V, T = 23, 40


class Plain(nn.Module):
    """embedding, nn.RNN | nn.GRU | nn.LSTM, linear."""

    def __init__(self, cell, layers=1, width=7, units=9, *, bias=True, batch_first=False, tied=False, dropout=0.0):
        super().__init__()
        self.batch_first = batch_first
        self.embed = nn.Embedding(V, width)
        self.rnn = getattr(nn, cell)(width, units, layers, bias=bias, batch_first=batch_first, dropout=dropout)
        self.out = nn.Linear(units, V, bias=bias)
        if tied:
            self.out.weight = self.embed.weight

    def forward(self, ids):
        ids = ids[None] if self.batch_first else ids[:, None]
        hidden, _ = self.rnn(self.embed(ids))
        return self.out(hidden).reshape(-1, V)


class WordLanguageModel(nn.Module):
    """Named as in PyTorch's own example: encoder, rnn, decoder; as wide as it is deep."""

    def __init__(self):
        super().__init__()
        self.drop = nn.Dropout(0.5)
        self.encoder = nn.Embedding(V, 12)
        self.rnn = nn.LSTM(12, 12, 2, dropout=0.5)
        self.decoder = nn.Linear(12, V)

    def forward(self, ids):
        hidden, _ = self.rnn(self.drop(self.encoder(ids[:, None])))
        return self.decoder(self.drop(hidden))[:, 0]


class OneHot(nn.Module):
    """No embedding."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(V, 8, 2)
        self.fc = nn.Linear(8, V)

    def forward(self, ids):
        hidden, _ = self.lstm(nn.functional.one_hot(ids, V).float()[:, None])
        return self.fc(hidden)[:, 0]


class Cells(nn.Module):
    """Step by step, one nn.LSTMCell (or nn.GRUCell) per layer."""

    def __init__(self, cell, layers=3):
        super().__init__()
        self.emb = nn.Embedding(V, 6)
        self.cells = nn.ModuleList([cell(6 if layer == 0 else 10, 10) for layer in range(layers)])
        self.head = nn.Linear(10, V)

    def forward(self, ids):
        states, logits = [None] * len(self.cells), []
        for i in ids:
            x = self.emb(i)[None]
            for layer, cell in enumerate(self.cells):
                states[layer] = cell(x, states[layer])
                x = states[layer][0] if isinstance(states[layer], tuple) else states[layer]
            logits.append(self.head(x)[0])
        return torch.stack(logits)


class Stacked(nn.Module):
    """Two modules of one layer each."""

    def __init__(self):
        super().__init__()
        self.word_embeddings = nn.Embedding(V, 5)
        self.lstm1 = nn.LSTM(5, 8, batch_first=True)
        self.lstm2 = nn.LSTM(8, 8, batch_first=True)
        self.hidden2tag = nn.Linear(8, V)

    def forward(self, ids):
        hidden, _ = self.lstm1(self.word_embeddings(ids)[None])
        return self.hidden2tag(self.lstm2(hidden)[0])[0]


def checkpoint(model):
    """What training scripts write: the model beside the optimizer and the epoch."""
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.arange(5)).sum().backward()
    optimizer.step()
    return {"epoch": 3, "model_state_dict": model.state_dict(), "optimizer_state_dict": optimizer.state_dict()}


def main(folder: Path) -> None:
    torch.manual_seed(0)
    models = {
        "lstm-tied": (WordLanguageModel(), "state"),
        "lstm-tied-shared": (Plain("LSTM", 2, width=9, tied=True, dropout=0.3), "save_model"),
        "gru-no-bias": (Plain("GRU", bias=False), "state"),
        "rnn": (Plain("RNN", 2), "legacy"),
        "one-hot": (OneHot(), "safetensors"),
        "lstm-cells": (Cells(nn.LSTMCell), "state"),
        "gru-cells": (Cells(nn.GRUCell, 12), "state"),
        "batch-first": (Plain("GRU", 2, batch_first=True), "state"),
        "stacked": (Stacked(), "safetensors"),
        "data-parallel": (nn.DataParallel(Plain("LSTM")), "state"),
        "compiled": (Plain("LSTM"), "compiled"),
        "checkpoint": (Plain("LSTM", 3), "checkpoint"),
        "lightning": (Plain("GRU"), "lightning"),
        "half": (Plain("LSTM").half().float(), "half"),
    }
    models["lstm-tied"][0].decoder.weight = models["lstm-tied"][0].encoder.weight
    for name, (model, saved_as) in models.items():
        state = model.state_dict()
        path = folder / f"{name}.pt"
        if saved_as == "checkpoint":
            torch.save(checkpoint(model), path)
        elif saved_as == "legacy":
            torch.save(state, path, _use_new_zipfile_serialization=False)
        elif saved_as == "safetensors":
            safetensors.torch.save_file(state, folder / f"{name}.safetensors")
        elif saved_as == "save_model":
            safetensors.torch.save_model(model, str(folder / f"{name}.safetensors"))
        elif saved_as == "compiled":
            torch.save({f"_orig_mod.{key}": value for key, value in state.items()}, path)
        elif saved_as == "lightning":
            named = {f"model.{key}": value for key, value in state.items()}
            torch.save({"state_dict": named, "hyper_parameters": {"lr": 0.1}, "callbacks": {}}, path)
        elif saved_as == "half":
            torch.save({key: value.half() for key, value in state.items()}, path)
        else:
            torch.save(state, path)
        ids = torch.randint(V, (T,))
        with torch.no_grad():
            probabilities = model.eval()(ids).softmax(-1)
        np.savez(folder / f"{name}.npz", ids=ids.numpy(), probabilities=probabilities.numpy())


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(Path(sys.argv[1]))
