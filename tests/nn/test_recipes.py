"""The recipes reach what is promised of them; all folds take some seconds each, so one fold is tested by default."""

import math

import pytest

from nn.recipes import RECIPES, cross_validate

pytest.importorskip("sklearn", reason="scikit-learn is not installed")

LEAST = {"iris": 0.95, "wine": 0.95, "breast_cancer": 0.95, "diabetes": 0.45}


def test_there_is_one_recipe_for_each_set():
    assert [recipe.data for recipe in RECIPES] == list(LEAST)


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.data)
def test_first_fold(recipe):
    assert next(cross_validate(recipe)) > LEAST[recipe.data] - 0.1


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.data)
def test_mean_of_all_folds(recipe, seed):
    scores = list(cross_validate(recipe, seed=seed))
    assert len(scores) == 5
    assert math.fsum(scores) / 5 >= LEAST[recipe.data]
