"""Whatever answers requests: a server over HTTP, one host and no other, within a deadline, up to a limit."""

from .client import HttpClient, Target
from .exceptions import BadBaseUrl, BadRequestBudget, LiveHostNotAllowed
from .vendor_hosts import create_http_client

__all__ = ["BadBaseUrl", "BadRequestBudget", "HttpClient", "LiveHostNotAllowed", "Target", "create_http_client"]
