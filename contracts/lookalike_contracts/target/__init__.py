"""Whatever answers requests: a server over HTTP, one host and no other, within a deadline, up to a limit."""

from .errors import BadBaseUrl, LiveHostNotAllowed, BadRequestBudget
from .http import HttpClient
from .live import create_http_client
from .protocol import Target

__all__ = ["BadBaseUrl", "HttpClient", "LiveHostNotAllowed", "BadRequestBudget", "Target", "create_http_client"]
