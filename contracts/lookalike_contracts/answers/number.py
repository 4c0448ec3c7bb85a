"""Numbers as the vendors write them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

NUMBER_PATTERN = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*([KkWw万]?)\s*[+%]?\s*", re.ASCII)
MULTIPLIERS = {"k": 1_000, "w": 10_000, "万": 10_000}


def parse_number(value: Any) -> Decimal | None:
    """What `19.50`, `5%`, `50+` and `36K+` are worth, text or number; None for what is no number."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    found = NUMBER_PATTERN.fullmatch(value) if isinstance(value, str) else None
    return Decimal(found[1]) * MULTIPLIERS.get(found[2].lower(), 1) if found else None
