"""The judge: holds answers to the specs, with a validator that the mock does not use."""

from .responses.schema import describe_response_violations

__all__ = ["describe_response_violations"]
