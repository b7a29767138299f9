"""Property tests for derivatives: strategies made from the rows' domains, random programs, and `check_primitive`.

An operation of your own, and a test that finds a wrong partial, domain, kink or trait of it:

>>> from autograd_core import primitive
>>> from autograd_core.testing import check_primitive
>>> softsign_of = primitive(
...     "softsign_of",
...     lambda m, x: x / (1.0 + m.abs(x)),
...     lambda m, x, out: 1.0 / ((1.0 + m.abs(x)) * (1.0 + m.abs(x))),
...     traits=("odd", "increasing"),
... )
>>> print(check_primitive(softsign_of).ok)
True

A property of your own, at operands of all kinds, and over random programs that use the operation:

>>> from hypothesis import given
>>> from autograd_core.testing import operands, programs
>>> @given(operands("softsign_of", near="anywhere"))
... def test_softsign_is_between_minus_one_and_one(x):
...     assert -1.0 <= softsign_of(*x) <= 1.0
>>> test_softsign_is_between_minus_one_and_one()
"""

from .checks import CHECKS, Finding, PrimitiveError, Report, check_primitive
from .generator import random_program
from .programs import Instruction, Program
from .strategies import numbers, operands, outside_domain, programs, values

__all__ = [
    "CHECKS", "Finding", "Instruction", "PrimitiveError", "Program", "Report", "check_primitive", "numbers", "operands",
    "outside_domain", "programs", "random_program", "values",
]  # fmt: skip
