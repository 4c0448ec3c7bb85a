"""Hold a document to saying of each error what it asks of a client, and where that comes from."""

from __future__ import annotations

from collections.abc import Iterator

from .api import Api
from .client_guidance import GUIDANCE_KEYS, UNKNOWN, ClientGuidance
from .extensions import ErrorCode
from .pointers import join_pointer
from .provenance import PROVENANCE_KEY

Problem = tuple[str, str]


def check_client_guidance(api: Api) -> Iterator[Problem]:
    """Yield the errors that do not say what they ask of a client, and what they say that cannot be meant."""
    # the struct has a default for what is left out, so the document is asked whether it says anything
    entries = api.document["x-lookalike"]["errors"]
    for name, error in api.root.errors.items():
        pointer = join_pointer("x-lookalike", "errors", name)
        stated = entries[name].get("client")
        if stated is None:
            yield pointer, f"does not say what it asks of a client: give it `client`, with {', '.join(GUIDANCE_KEYS)}"
            continue
        missing = [key for key in GUIDANCE_KEYS if key not in stated]
        if missing:
            yield f"{pointer}/client", f"does not say its {missing[0]!r}; where nothing is known, it is {UNKNOWN!r}"
        yield from _check_sources(error.client, f"{pointer}/client")
        yield from _check_retry_after(api, error, f"{pointer}/client")


def _check_sources(guidance: ClientGuidance, pointer: str) -> Iterator[Problem]:
    """Yield values without a source, and sources for what is unknown.

    The page that documents an error seldom says whether to try again, so nothing is inherited from around it.
    """
    if guidance.x_provenance is None:
        yield pointer, f"does not say where it comes from: give it an {PROVENANCE_KEY}"
        return
    for key in GUIDANCE_KEYS:
        kind = guidance.find_source(key).kind
        if getattr(guidance, key) == UNKNOWN and kind != "invented":
            yield (
                f"{pointer}/{key}",
                f"is {UNKNOWN!r}, and is said to be {kind}: name it among the `keywords` of the {PROVENANCE_KEY} beside"
                " it, as invented",
            )


def _check_retry_after(api: Api, error: ErrorCode, pointer: str) -> Iterator[Problem]:
    """Yield a header that is said to tell when to try again, and that the error does not have."""
    if error.client.retry_after is None:
        return
    # a format's headers are on every error that has it, such as a gateway's Retry-After: '1'
    names = set(error.headers)
    for error_format in api.root.error_formats.values():
        names.update(error_format.headers)
    header = error.client.retry_after.header
    if header.lower() not in {name.lower() for name in names}:
        yield f"{pointer}/retry-after", f"{header!r} is not among the headers of the error"
