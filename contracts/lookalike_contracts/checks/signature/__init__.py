"""Family `signature`: who calls is verified, and all that he says."""

from . import changed, clock, credentials, error, exact, good, policy

__all__ = ["changed", "clock", "credentials", "error", "exact", "good", "policy"]
