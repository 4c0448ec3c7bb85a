"""Whatever answers requests: a server over HTTP, one host and no other, within a deadline, up to a limit."""

from .errors import BadUrl, LiveHost, NoBudget
from .http import Http
from .live import target
from .protocol import Target

__all__ = ["BadUrl", "Http", "LiveHost", "NoBudget", "Target", "target"]
