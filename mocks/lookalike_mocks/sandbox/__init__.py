"""A tester's private corner of the mock."""

from .place import WorkerIdentity
from .sandbox import Sandbox
from .sandboxes import DEMO_SANDBOX, Sandboxes

__all__ = ["DEMO_SANDBOX", "WorkerIdentity", "Sandbox", "Sandboxes"]
