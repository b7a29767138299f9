"""Recorded programs: a scalar function as a tape, and what replays it over many lanes at once."""

from .compiled import BranchError, Compiled, Gradients, jit
from .recording import RecordingError, tape_of
from .tape import Tape
from .training import Trained, Trainer

__all__ = ["BranchError", "Compiled", "Gradients", "RecordingError", "Tape", "Trained", "Trainer", "jit", "tape_of"]
