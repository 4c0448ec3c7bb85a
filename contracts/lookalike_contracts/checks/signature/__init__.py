"""Family `signature`: the caller is verified, and so is all that he sends."""

from . import comparison, covered_headers, credentials, error, policy, replay, tampering, valid

__all__ = ["comparison", "covered_headers", "credentials", "error", "policy", "replay", "tampering", "valid"]
