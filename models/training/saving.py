"""A finished training as a run on disk."""

import torch

from data_prep.corpus import Corpus
from data_prep.sealed_folder import sealing, write_json
from models.recipe import Recipe
from models.run import LAST_WEIGHTS, SCHEMA, WEIGHTS, Run, open_run
from models.run_folders import reserve_run_id, runs_home
from models.tensor_files import save_tensors
from models.training.history import history_to_json
from models.training.outcome import Trained


def save_run(run_id: str, recipe: Recipe, corpus: Corpus, trained: Trained) -> Run:
    """Write a finished training as a run folder."""
    stored = getattr(torch, recipe.training.stored_precision)

    def save_weights(weights: dict[str, torch.Tensor], name: str) -> None:
        save_tensors({key: value.to(stored) for key, value in weights.items()}, folder / name)

    with sealing(runs_home() / reserve_run_id(run_id), "run", SCHEMA) as folder:
        save_weights(dict(trained.network.named_parameters()), WEIGHTS)
        if trained.last_weights is not None:
            save_weights(trained.last_weights, LAST_WEIGHTS)
        checkpoints = []
        for checkpoint in trained.checkpoints:
            name = f"checkpoint-{checkpoint.update:09d}.safetensors"
            save_weights(checkpoint.weights, name)
            checkpoints.append(checkpoint.facts() | {"file": name})
        write_json(folder / "recipe.json", recipe.model_dump())
        write_json(folder / "vocabulary.json", corpus.vocabulary.to_json())
        write_json(folder / "history.json", history_to_json(trained.history))
        write_json(
            folder / "run.json",
            {
                "corpus": {"name": corpus.name, "digest": corpus.digest, "source": corpus.source},
                "parameters": trained.network.parameter_count(),
                "best_epoch": trained.best_epoch,
                "seconds": trained.seconds,
                "test": trained.test,
                "classes": list(corpus.classes),
                "checkpoints": checkpoints,
            },
        )
    return open_run(run_id)
