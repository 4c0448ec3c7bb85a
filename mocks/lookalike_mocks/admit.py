"""May this account call now: its state and its quota."""

from __future__ import annotations

from .call import Call
from .errors import Refused


def admit(call: Call) -> None:
    """Raises Refused with the error that the account's state brings."""
    if call.account is not None and call.account.error:
        raise Refused(call.account.error)
