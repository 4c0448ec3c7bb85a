"""What a client's driver is asked, and what it may answer: one JSON object on a line each."""

from __future__ import annotations

from typing import Literal

import msgspec

TaskName = Literal["search", "search-all", "upload"]


class HelloTask(msgspec.Struct, frozen=True):
    """The first line that a driver gets."""

    id: str = "hello"
    task: Literal["hello"] = "hello"
    # of this protocol; a driver may refuse one that it does not know
    protocol: int = 1


class Hello(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who the client is, and which tasks its driver can do.

    `kinds` is for a client that tells its errors apart: what it calls them -> what that means, one kind or several, such
    as `{"OutOfMoney": "quota", "BadRequest": ["parameter", "image"]}`. A kind that is not there is not judged.
    """

    id: str
    name: str
    tasks: list[str]
    version: str = ""
    # texts, and no Literal of the kinds: to import those takes half a second, at every start of a driver in Python
    kinds: dict[str, str | list[str]] = {}


class ClientTask(msgspec.Struct, frozen=True, kw_only=True):
    """What the client is to do.

    `search` asks for one page, `search-all` for every page from the first to the last; `upload` gives the API the image
    and returns what the API calls it. `image_url` is the address of a product's image, `image_path` the same image as a
    JPEG file, for clients that upload. `timeout` is how many seconds the whole task may take, retries included. `page`
    counts from 1. `ca_file` is a PEM file with the CA to trust, "" for those that the system trusts.
    """

    id: str
    task: TaskName
    api: str
    base_url: str
    credentials: dict[str, str]
    timeout: float
    image_url: str
    image_path: str
    page: int = 1
    page_size: int = 10
    ca_file: str = ""


class ClientItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One product, as the client gives it to its caller; what is not given is not judged."""

    id: str | int
    title: str | None = None
    price: str | float | None = None
    url: str | None = None


class ClientError(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The failure that the client told its caller of: the kind, such as an exception's class, and its words."""

    kind: str = ""
    message: str = ""


class ClientResponse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What came of a task: items or, of an upload, `image`; or an error, or that the driver cannot do it.

    `image` is what the API calls the image, such as an id or an address. `log` is what the client wrote to its log
    meanwhile. `ended` is what a driver that makes one call and ends says by its exit status; its items are not known.
    """

    id: str
    items: list[ClientItem] | None = None
    total: int | None = None
    error: ClientError | None = None
    unsupported: str | None = None
    log: str = ""
    has_ended: bool = False
    image: str | None = None
