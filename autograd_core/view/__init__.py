"""Seeing a graph: drawings, and the backward pass step by step; nothing here is private to the engine."""

from .draw import draw
from .drawing import Drawing, Picture
from .json import steps_json
from .latex import latex
from .model import Cluster, Edge, Model, Node
from .network import draw_network
from .player import Player, step_through, step_through_training
from .render import RenderError
from .steps import Contribution, Step, Steps, steps
from .terminal import step_in_terminal, table, tree

__all__ = [
    "Cluster", "Contribution", "Drawing", "Edge", "Model", "Node", "Picture", "Player", "RenderError", "Step", "Steps",
    "draw", "draw_network", "latex", "step_in_terminal", "step_through", "step_through_training", "steps", "steps_json",
    "table", "tree",
]  # fmt: skip
