"""Family `signature`: who calls is verified, and all that he says."""

from . import comparison, credentials, error, policy, replay, tampering, valid

__all__ = ["comparison", "credentials", "error", "policy", "replay", "tampering", "valid"]
