"""The player: the forward and the backward pass of a graph, stepped through in a notebook or on a page of its own.

Python brings the graph, its formulas and its picture; what happens on the page is in ``player.js`` (the passes and the
picture) and ``player_panels.js`` (the views beside it, and the controls). A page loads nothing from anywhere.
"""

import base64
import html
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from ..value import Value, zero_grad
from .json import to_json
from .naming import names
from .notation import LONGEST, OUT, operation_of, partial_of, place, write
from .picture import picture, player_model
from .steps import Steps, steps
from .symbols import Operand
from .text import count, operation, visible
from .themes import THEMES, Theme
