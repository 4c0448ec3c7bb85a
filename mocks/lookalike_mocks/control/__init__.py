"""The control API: sandboxes, their situations and their journals, over HTTP."""

from .app import ControlApp
from .operation import CONTROL_PREFIX, Certificates, ControlContext

__all__ = ["CONTROL_PREFIX", "Certificates", "ControlApp", "ControlContext"]
