"""Who calls."""

from __future__ import annotations

import msgspec


class Account(msgspec.Struct, frozen=True):
    """Who calls: credentials under the vendor's own names, and what the account or a magic key brings."""

    credentials: dict[str, str]
    error_id: str = ""
    situation: str = ""
