"""Recipes, networks, training, and the runs that keep trained models."""
