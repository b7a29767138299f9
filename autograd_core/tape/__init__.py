"""Recorded programs: a scalar function as a tape, and what replays it over many lanes at once."""

from .jit import BranchError, Compiled, Gradients, jit
from .recording import RecordingError, tape_of
from .tape import Tape

__all__ = ["BranchError", "Compiled", "Gradients", "RecordingError", "Tape", "jit", "tape_of"]
