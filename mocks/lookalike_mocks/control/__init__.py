"""The control API: sandboxes, their situations and their journals, over HTTP."""

from .app import ControlApp
from .operation import CONTROL_PREFIX, Certificates, ControlContext
from .resource import MAX_CONTROL_BODY_BYTES

__all__ = ["CONTROL_PREFIX", "MAX_CONTROL_BODY_BYTES", "Certificates", "ControlApp", "ControlContext"]
