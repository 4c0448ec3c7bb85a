"""Who calls: credentials are read from a request, and verified as its operation's security schemes say."""

from .verifiers import authenticate

__all__ = ["authenticate"]
