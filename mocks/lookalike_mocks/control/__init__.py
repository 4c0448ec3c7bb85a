"""The control API: sandboxes, their situations and their journals, over HTTP."""

from .control import Control
from .operation import OWN, Certificates, Served

__all__ = ["OWN", "Certificates", "Control", "Served"]
