"""The networks of this package as scikit-learn estimators.

Parameters and attributes have the names of scikit-learn's own `MLPClassifier` and `MLPRegressor` where they mean the
same, so these may take their place, in a Pipeline or a GridSearchCV too. `import nn` does not load scikit-learn;
``nn.MLPClassifier`` does.
"""

from .base import Estimator
from .classifier import MLPClassifier
from .regressor import MLPRegressor

__all__ = ["Estimator", "MLPClassifier", "MLPRegressor"]
