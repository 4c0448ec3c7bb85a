"""A small client of two image-search APIs: goods on 1688 that look like a picture."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import md5
from typing import Any

import httpx


@dataclass(frozen=True)
class Offer:
    """One product; `drop_ship_price` is None where it is not sold one by one."""

    id: int
    title: str
    price: Decimal
    drop_ship_price: Decimal | None


class SearchError(Exception):
    """The API refused; `code` and `message` are its own."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


class Unavailable(Exception):
    """There was no answer, or none that can be read."""


class Search(ABC):
    """What both APIs have in common: pages, and two ways to say no."""

    url: str
    path: str

    def __init__(self, account: Mapping[str, str], client: httpx.Client, url: str = "") -> None:
        self.account, self.client, self.url = account, client, url or self.url

    def offers(self, picture: str, size: int = 20) -> Iterator[Offer]:
        """Everything that looks like the picture. Raises SearchError, Unavailable."""
        number, left = 1, 1
        while left > 0:
            body = self.ask(self.query(picture, number, size))
            items, total = self.items(body)
            yield from map(self.offer, items)
            left = total - number * size if items else 0
            number += 1

    def ask(self, query: Mapping[str, str | int]) -> dict[str, Any]:
        """Return the answer to one request."""
        try:
            answer = self.client.get(self.url + self.path, params=dict(query))
            body: dict[str, Any] = answer.json()
        except (httpx.TransportError, ValueError) as problem:
            raise Unavailable(type(problem).__name__) from problem
        if answer.status_code != 200 or body.get("code") != 200:
            raise SearchError(body.get("code", answer.status_code), body.get("msg") or body.get("message", ""))
        return body

    @abstractmethod
    def query(self, picture: str, number: int, size: int) -> dict[str, str | int]:
        """Return the query for one page."""

    @abstractmethod
    def items(self, body: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
        """Return the items of a page, and how many there are in all."""

    @abstractmethod
    def offer(self, item: dict[str, Any]) -> Offer:
        """One item."""


class Daji(Search):
    """Daji's 1688 search. The account has `appKey` and `appSecret`; a picture is an `imageId`."""

    url = "https://openapi.dajisaas.com"
    path = "/alibaba/product/imageQuery"

    def query(self, picture: str, number: int, size: int) -> dict[str, str | int]:
        """Return a signed query."""
        query: dict[str, str | int] = {"appKey": self.account["appKey"], "imageId": picture}
        query |= {"beginPage": number, "pageSize": size, "country": "en"}
        return {**query, "sign": self.sign(query)}

    def sign(self, query: Mapping[str, str | int]) -> str:
        """Upper-case MD5 of the sorted pairs and the secret."""
        text = "&".join(f"{name}={value}" for name, value in sorted(query.items()))
        return md5(f"{text}&secret={self.account['appSecret']}".encode(), usedforsecurity=False).hexdigest().upper()

    def items(self, body: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
        """Return what `data` has."""
        return body["data"]["data"], body["data"]["totalRecords"]

    def offer(self, item: dict[str, Any]) -> Offer:
        """One item."""
        price = item["priceInfo"]
        drop_ship = price["jxhyPrice"] and Decimal(price["jxhyPrice"])
        return Offer(item["offerId"], item["subjectTrans"], Decimal(price["price"]), drop_ship)


class Tmapi(Search):
    """TMAPI's search. The account has `apiToken`; a picture is the URL of one."""

    url = "http://api.tmapi.top"
    path = "/1688/global/search/image"

    def query(self, picture: str, number: int, size: int) -> dict[str, str | int]:
        """Return a query with the token."""
        return {"apiToken": self.account["apiToken"], "img_url": picture, "page": number, "page_size": size}

    def items(self, body: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
        """Return what `data` has."""
        return body["data"]["items"], body["data"]["total_count"]

    def offer(self, item: dict[str, Any]) -> Offer:
        """One item."""
        price = item["price_info"]
        return Offer(item["item_id"], item["title"], Decimal(item["price"]), Decimal(price["drop_ship_price"]))
