"""Seeing a graph: drawings, and the backward pass step by step; nothing here is private to the engine."""

from .draw import draw
from .drawing import Drawing, Picture
from .model import Cluster, Edge, Model, Node
from .network import draw_network
from .render import RenderError

__all__ = ["Cluster", "Drawing", "Edge", "Model", "Node", "Picture", "RenderError", "draw", "draw_network"]
