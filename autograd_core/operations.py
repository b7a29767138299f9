"""The functions of the table by name: ``from autograd_core.operations import exp``.

Their signatures for editors and mypy stand in `operations.pyi`, which ``python -m autograd_core.generate`` writes.
"""

from .functions import FUNCTIONS

globals().update(FUNCTIONS)
