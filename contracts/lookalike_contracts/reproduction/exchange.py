"""One request of a finding, with what it takes to repeat it and to print it without secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple
from urllib.parse import quote, quote_plus

from lookalike_specs import Api, Operation
from lookalike_specs.curl import build_url
from lookalike_specs.messages import FRAMING_HEADERS, Request
from lookalike_specs.redaction import Redactor
from lookalike_specs.signing import SCHEMES

from ..responses.openapi_adapter import match_operation
from ..signed_request import Signing, read_signing
from .secrets import get_variable_name, select_secrets
from .sign_values import find_sign_values
from .text import shorten_runs, truncate_text

REDACTED_NOTE = "# *** covers a proof that is not this account's: it was made wrong on purpose"
# What people still paste. A terminal takes some 4,000 characters, a shell more, and a finding has 8 kB for everything.
MAX_LINE_CHARACTERS: Final = 1_800
# of one part of a line that is shortened
MAX_SEGMENT_CHARACTERS: Final = 300


@dataclass(frozen=True)
class FindingExchange:
    """One request of a finding; `repeat_of` is the number of an earlier one with the same bytes, from 1, or 0."""

    api: Api
    operation_id: str
    account: Mapping[str, str]
    request: Request
    base_url: str
    redactor: Redactor
    repeat_of: int = 0

    @cached_property
    def operation(self) -> Operation:
        """Return the operation that the request is meant for; the finding's where it is meant for none.

        A check may ask for another one first: whoever deletes an image has stored one.
        """
        operation = match_operation(self.api, self.request)
        if operation is not None:
            return operation
        return next(operation for operation in self.api.operations if operation.id == self.operation_id)

    @cached_property
    def signing(self) -> Signing | None:
        """Return how the account signed it; None where it did not, and where the credentials alone are the proof."""
        signing = read_signing(self.request, self.account)
        if signing is None or not SCHEMES[signing.scheme.extension.scheme].has_signature:
            return None
        return signing

    @cached_property
    def values(self) -> dict[str, str] | None:
        """Return the values that `lookalike sign` makes it of; None where it cannot."""
        if self.signing is None:
            return None
        return find_sign_values(self.api, self.operation, self.account, self.request, self.signing)

    @property
    def url(self) -> str:
        """Return where it goes, secrets and all."""
        return build_url(self.request, self.base_url)

    @property
    def headers(self) -> Iterator[tuple[bytes, bytes]]:
        """Return its headers but those that any client adds itself."""
        return (pair for pair in self.request.headers if pair[0] not in FRAMING_HEADERS)

    def to_segments(self, text: bytes | str) -> Segments:
        """Return some text of it as segments without secrets."""
        data = text.encode("utf-8", "replace") if isinstance(text, str) else text
        return split_segments(data, self.redactor, self._credentials)

    @cached_property
    def variables(self) -> dict[str, str]:
        """Return the variables of the environment that have to be set, by the credential's value.

        The demo account's credentials need none: they are the same for everybody, and stand in the documents.
        """
        # Two credentials may have one value. The first one's name is used, so it is written last.
        secrets = reversed(select_secrets(self.api, self.account).items())
        return {
            value: get_variable_name(self.api.id, name)
            for name, value in secrets
            if value != self.api.account.get(name)
        }

    @cached_property
    def _credentials(self) -> dict[str, TextSegment]:
        """Return what stands in the place of each credential: its variable, or itself where it is the demo account's."""
        segments = {value: TextSegment(text=value) for value in select_secrets(self.api, self.account).values()}
        return segments | {value: TextSegment(variable=name) for value, name in self.variables.items()}


class TextSegment(NamedTuple):
    """Some text, or the value of a variable of the environment."""

    text: str = ""
    variable: str = ""


Segments = tuple[TextSegment, ...]


def split_segments(data: bytes, redactor: Redactor, credentials: Mapping[str, TextSegment]) -> Segments:
    """Return a text with segments in place of the credentials that stand there, and without all other secrets.

    `credentials` are the segments by the credential's value. A byte that is no UTF-8 is a lone surrogate.
    """
    segments: list[TextSegment] = []
    for segment in _generate_segments(data, redactor, credentials):
        is_text = not segment.variable
        # a credential that is shown as it is goes on with the text around it
        if segments and is_text and not segments[-1].variable:
            segments[-1] = TextSegment(segments[-1].text + segment.text)
        else:
            segments.append(segment)
    return tuple(segments)


def _generate_segments(
    data: bytes, redactor: Redactor, credentials: Mapping[str, TextSegment]
) -> Iterator[TextSegment]:
    segments: dict[str, TextSegment] = {}
    for value, segment in credentials.items():
        for form in _list_encodings(value):
            # a public value stands there as the request has it, escaped or not
            segments[form] = segment if segment.variable else TextSegment(text=form)
    # the longest first: a credential may begin with another one
    forms = sorted(segments, key=len, reverse=True)
    # "(?!)" matches nowhere: without a credential the text is one piece
    pattern = re.compile(f"({'|'.join(map(re.escape, forms))})" if forms else "(?!)")
    # split by a group gives text, credential, text, credential, …, text
    for index, piece in enumerate(pattern.split(data.decode("utf-8", "surrogateescape"))):
        if index % 2:
            yield segments[piece]
        elif piece:
            redacted = redactor.redact(piece.encode("utf-8", "surrogateescape"))
            yield TextSegment(redacted.decode("utf-8", "surrogateescape"))


def shorten_segments(texts: Iterable[Segments]) -> tuple[tuple[Segments, ...], bool]:
    """Return the texts, and whether they were shortened because they are too long for one line."""
    every = tuple(texts)
    length = sum(len(segment.text) for segments in every for segment in segments)
    if length <= MAX_LINE_CHARACTERS:
        return every, False
    return tuple(tuple(map(_shorten_segment, segments)) for segments in every), True


def _shorten_segment(segment: TextSegment) -> TextSegment:
    return TextSegment(truncate_text(shorten_runs(segment.text), MAX_SEGMENT_CHARACTERS), segment.variable)


def _list_encodings(value: str) -> set[str]:
    """Return how a credential stands in a header, a query, a form."""
    return {value, quote(value, safe=""), quote_plus(value)}
