"""A tester's private corner of the mock."""

from .place import Place
from .sandbox import Sandbox
from .sandboxes import Sandboxes

__all__ = ["Place", "Sandbox", "Sandboxes"]
