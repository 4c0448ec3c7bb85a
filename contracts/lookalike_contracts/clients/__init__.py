"""The judge of clients: holds what a client sent to the specs."""

from .complaint import RequestViolation
from .judge import RecordedRequest, validate_request, validate_requests

__all__ = ["RequestViolation", "RecordedRequest", "validate_request", "validate_requests"]
