"""A tester's private corner of the mock."""

from .identity import WorkerIdentity
from .sandbox import DEMO_SANDBOX, Sandbox, Sandboxes

__all__ = ["DEMO_SANDBOX", "Sandbox", "Sandboxes", "WorkerIdentity"]
