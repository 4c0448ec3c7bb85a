"""How much a sandbox may ask: so many answers a second, so many in all."""

from __future__ import annotations

from typing import Annotated

import msgspec

QuotaLimit = Annotated[int, msgspec.Meta(ge=0, le=10**9)]


class Quota(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Answers a second, and answers in all, per API; None is no limit."""

    rate: QuotaLimit | None = None
    count: QuotaLimit | None = None
