"""Bugs to plant in the client, for the tests to find: `PLANTED=UnsignedPage python -m pytest`."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from image_search import Daji, Offer, Tmapi


class UnsignedPage(Daji):
    """Forgets one parameter when it signs, from the second page on, where its author never looked."""

    def sign(self, query: Mapping[str, str | int]) -> str:
        """As if there were no page."""
        forgets = query["beginPage"] != 1
        return super().sign({name: value for name, value in query.items() if not (forgets and name == "beginPage")})


class NeverNull(Daji):
    """Takes a price for granted that may be null."""

    def offer(self, item: dict[str, Any]) -> Offer:
        """One item."""
        price = item["priceInfo"]
        return Offer(item["offerId"], item["subjectTrans"], Decimal(price["price"]), Decimal(price["jxhyPrice"]))


class WrongName(Tmapi):
    """Spells a parameter otherwise; the API takes no notice, and has its own idea of how long a page is."""

    def query(self, picture: str, number: int, size: int) -> dict[str, str | int]:
        """Return a query with a parameter that does not exist."""
        query = super().query(picture, number, size)
        return {"pageSize" if name == "page_size" else name: value for name, value in query.items()}
