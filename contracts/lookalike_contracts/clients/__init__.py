"""The judge of clients: holds what a client sent to the specs."""

from .validate import RecordedRequest, validate_request, validate_requests
from .violation import RequestViolation

__all__ = ["RecordedRequest", "RequestViolation", "validate_request", "validate_requests"]
