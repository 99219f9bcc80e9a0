"""What follows from a recipe and a corpus, before anything is trained."""

from dataclasses import dataclass

import torch

from data_prep.corpus import Corpus
from models.network import parameter_count
from models.recipe import Recipe
from models.training.batches import make_batches
from models.training.distribution import Share
from models.training.task import check_task


@dataclass(frozen=True)
class TrainingPlan:
    """parameters: trained numbers. updates_per_epoch; tokens_per_update: on average."""

    parameters: int
    updates_per_epoch: int
    tokens_per_update: float


def plan_training(recipe: Recipe, corpus: Corpus) -> TrainingPlan:
    """The size of a training; nothing is built or read. UserError when recipe and corpus do not fit each other."""
    check_task(recipe, corpus)
    batches = make_batches(recipe, corpus, torch.device("cpu"), Share())
    outputs = len(corpus.classes) or len(corpus.vocabulary)
    parameters = parameter_count(recipe.model, len(corpus.vocabulary), outputs)
    return TrainingPlan(parameters, batches.updates_per_epoch, batches.tokens_per_update)
