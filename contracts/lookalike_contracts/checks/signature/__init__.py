"""Family `signature`: the caller is verified, and so is all that he sends."""

from . import comparison, credentials, error, policy, replay, tampering, valid

__all__ = ["comparison", "credentials", "error", "policy", "replay", "tampering", "valid"]
