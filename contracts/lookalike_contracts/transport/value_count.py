"""How many values an answer holds: 8 MB of `[[],[],…` are 3 million lists, and hundreds of megabytes once they are read."""

from __future__ import annotations

import re
from typing import Final

from ..exceptions import CouldNotCheck

# A page of a hundred items with a hundred fields each has 10,000.
MAX_VALUES: Final = 200_000
# A text of JSON, to its end or that of the body. Without the second, a body that opens one and never closes it would be
# read to its end from each of its quotes.
TEXT: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)
# what stands before or behind each value but the first
MARKS: Final = (b",", b"[", b"{")


def require_few_values(body: bytes) -> None:
    """Raise CouldNotCheck for a body of more than MAX_VALUES values, as JSON counts them."""
    if _count_marks(body) <= MAX_VALUES:
        return
    # a long text may be full of commas
    if _count_marks(TEXT.sub(b"", body)) > MAX_VALUES:
        raise CouldNotCheck(f"the answer holds more than {MAX_VALUES:,} values")


def _count_marks(body: bytes) -> int:
    return sum(map(body.count, MARKS))
