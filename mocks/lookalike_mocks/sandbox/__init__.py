"""A tester's private corner of the mock."""

from .place import Place
from .sandbox import Sandbox
from .sandboxes import HOME, Sandboxes

__all__ = ["HOME", "Place", "Sandbox", "Sandboxes"]
