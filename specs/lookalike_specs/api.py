"""An API as its document describes it: operations, what they take, who may call them, errors and accounts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from .extensions import (
    Credentials,
    ErrorCode,
    OperationExtension,
    Reaction,
    RootExtension,
    SchemeExtension,
    VariantCondition,
)
from .pointers import join_pointer
from .provenance import Source, find_provenance

# `body` is a body that is one value; the parts of another one are `json`, `form` and `file`
ParameterLocation = Literal["path", "query", "header", "cookie", "form", "json", "file", "body"]
BODY_LOCATIONS: Final = ("json", "form", "body")
# servers that anybody may have on their own machine are nobody's real hosts
LOCAL_HOSTS: Final = frozenset(("localhost", "127.0.0.1", "0.0.0.0", "[::1]", "::1", ""))  # noqa: S104 - compared, not bound
# the name of the value that a body is, where it is one value
WHOLE_BODY: Final = "body"
Document = Mapping[str, Any]
# as many pointers as a document has rules, and more; the rest are looked up anew
MAX_CACHED_POINTERS: Final = 4096
# an account of a document holds credentials and, beside them, these
NON_CREDENTIAL_KEYS = frozenset(("error", "x-provenance"))


@dataclass(frozen=True)
class Field:
    """One value that an operation takes, wherever it stands in the request.

    `pointer` is where the document speaks of it, `reactions` what a broken rule of its schema brings, `when` the
    variant under which the API sees it at all.
    """

    name: str
    location: ParameterLocation
    required: bool
    schema: Document
    reactions: Mapping[str, Reaction]
    pointer: str
    when: VariantCondition | None = None
    style: str = ""
    explode: bool = True

    def is_active(self, switches: Mapping[str, str]) -> bool:
        """Return whether the API sees it, for a choice of variants."""
        return self.when is None or self.when.matches(switches)


@dataclass(frozen=True)
class SecurityScheme:
    """One way to prove who calls: the parameter that carries the proof, and who verifies it.

    `parts` are the schemes that are all needed, where it takes more than one.
    """

    name: str
    location: str
    parameter: str
    extension: SchemeExtension
    parts: tuple[SecurityScheme, ...] = ()

    def is_active(self, switches: Mapping[str, str]) -> bool:
        """Return whether it may be used, for a choice of variants."""
        return self.extension.when is None or self.extension.when.matches(switches)


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation: where it is, what it takes, who may call it.

    `template` is its path in the document, where `#` and a name may tell operations of one path apart.
    """

    id: str
    method: str
    path: str
    document_path: str
    servers: tuple[str, ...]
    media_types: tuple[str, ...]
    fields: tuple[Field, ...]
    schemes: tuple[SecurityScheme, ...]
    extension: OperationExtension
    pointer: str
    response_schema: Document
    success_status: str = "200"
    body_media_type: str = ""

    @property
    def body_location(self) -> ParameterLocation | None:
        """Return how the body is read, one of BODY_LOCATIONS; None where there is none."""
        for field in self.fields:
            if field.location in BODY_LOCATIONS:
                return field.location
        return None


@dataclass(frozen=True, eq=False)
class Api:
    """One API: its document (overlay applied, references resolved at use) and what the extensions say."""

    id: str
    document: Document
    root: RootExtension
    servers: tuple[str, ...]
    operations: tuple[Operation, ...]

    @property
    def accounts(self) -> tuple[tuple[Credentials, str], ...]:
        """Return who may call: credentials under the vendor's own names, and the error that the account's state brings.

        The error is "" for an account in good standing.
        """
        accounts = []
        for entry in self.root.accounts.values():
            credentials = {name: value for name, value in entry.items() if name not in NON_CREDENTIAL_KEYS}
            accounts.append((credentials, entry.get("error", "")))
        return tuple(accounts)

    @property
    def account(self) -> Credentials:
        """Return the demo account's credentials."""
        return self.accounts[0][0]

    @property
    def hosts(self) -> frozenset[str]:
        """Return the vendor's real host names."""
        netlocs = (urlsplit(server).netloc for server in self.servers)
        return frozenset(host for host in netlocs if host.partition(":")[0] not in LOCAL_HOSTS)

    @property
    def base_paths(self) -> tuple[str, ...]:
        """Return the paths that all of the API is below at its real servers, such as `/api/v3`, the longest first."""
        paths = {urlsplit(server).path.rstrip("/") for server in self.servers} - {""}
        return tuple(sorted(paths, key=lambda path: (-len(path), path)))

    def get_error(self, error_id: str) -> ErrorCode:
        """Return one error of the catalogue."""
        return self.root.errors[error_id]

    def list_errors(self, operation: Operation) -> Mapping[str, ErrorCode]:
        """Return the errors that an operation can answer, by their ids."""
        return {name: error for name, error in self.root.errors.items() if error.applies_to(operation.id)}

    def list_situations(self, operation: Operation) -> list[str]:
        """Return the short ids of what an operation can be asked for: errors, then the situations that are none.

        An error that it answers in words of its own (`error-aliases`) is among them.
        """
        answers = {**self.root.errors, **self.root.situations}
        aliases = operation.extension.error_aliases
        return [name for name, answer in answers.items() if name in aliases or answer.applies_to(operation.id)]

    def find_provenance(self, pointer: str) -> Source:
        """Return where the fact comes from that a pointer into the document names; see `provenance.find_provenance`."""
        return self._cached_find_provenance(pointer)

    def find_error_provenance(self, error_id: str) -> Source:
        """Return where an error of the catalogue comes from."""
        return self.find_provenance(join_pointer("x-lookalike", "errors", error_id))

    @cached_property
    def _cached_find_provenance(self) -> Callable[[str], Source]:
        # a pointer through references costs some 20 µs, and the same few are asked for again and again
        return lru_cache(MAX_CACHED_POINTERS)(partial(find_provenance, self.document))
