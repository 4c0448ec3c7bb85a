"""Fen to the vendors' ways to write yuan, and back."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

MAX_AMOUNT = 10**15


def format_yuan(fen: int) -> str:
    """3450 -> "34.50"."""
    return f"{fen // 100}.{fen % 100:02d}"


def format_short_yuan(fen: int) -> str:
    """3450 -> "34.5", 3400 -> "34"."""
    return format_yuan(fen).rstrip("0").rstrip(".")


def parse_fen_ceiling(text: str) -> int:
    """A decimal number of yuan as fen, parts of a fen rounded up; amounts beyond sense count as 10**15."""
    amount = Decimal(text[:40])
    return MAX_AMOUNT if amount > MAX_AMOUNT else int((amount * 100).to_integral_value(ROUND_CEILING))


def parse_fen_floor(text: str) -> int:
    """A decimal number of yuan as fen, parts of a fen left out, as for the upper end of a range."""
    amount = Decimal(text[:40])
    return MAX_AMOUNT if amount > MAX_AMOUNT else int((amount * 100).to_integral_value(ROUND_FLOOR))
