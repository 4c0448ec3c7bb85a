"""Fen to the vendors' ways to write yuan, and back."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

MOST = 10**15


def yuan(fen: int) -> str:
    """3450 -> "34.50"."""
    return f"{fen // 100}.{fen % 100:02d}"


def short(fen: int) -> str:
    """3450 -> "34.5", 3400 -> "34"."""
    return yuan(fen).rstrip("0").rstrip(".")


def fen(text: str) -> int:
    """A decimal number of yuan as fen, parts of a fen rounded up; amounts beyond sense count as 10**15."""
    amount = Decimal(text[:40])
    return MOST if amount > MOST else int((amount * 100).to_integral_value(ROUND_CEILING))


def whole_fen(text: str) -> int:
    """A decimal number of yuan as fen, parts of a fen left out, as for the upper end of a range."""
    amount = Decimal(text[:40])
    return MOST if amount > MOST else int((amount * 100).to_integral_value(ROUND_FLOOR))
