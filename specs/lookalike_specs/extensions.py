"""The grammar of our extensions to OpenAPI, which specs/README.md describes. An unknown key is an error.

A field is its key in kebab case: `body_limit` is `body-limit`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from .client_guidance import ClientGuidance
from .invariants import Choice, Invariants
from .messages import JSON_MEDIA_TYPE
from .provenance import Extension

Refusal = Literal[
    "missing-key", "unknown-key", "missing-signature", "mismatch", "malformed", "algorithm", "version",
    "missing-timestamp", "malformed-timestamp", "expired", "future", "missing-nonce", "replayed", "body-digest",
    "missing-token", "bad-token", "unsigned-header",
]  # fmt: skip
Reaction = str | dict[str, str]
# what a caller has used up: the server's strength, requests a second, requests in all, money
Limit = Literal["load", "rate", "quota", "balance"]
Credentials = dict[str, str]
BodyTemplate = dict[str, Any] | str


class Variant(Extension, frozen=True, kw_only=True):
    """A switch where the vendor's documents are silent, or two generations of them differ."""

    description: str
    default: str
    values: dict[str, str]


class ErrorFormat(Extension, frozen=True, kw_only=True):
    """How an error looks in a response; strings may hold {placeholders}. `xml` is the format where XML is asked for.

    Without a body it looks as the operation's response of that status does.
    """

    status: str | int = "{status}"
    media_type: str = JSON_MEDIA_TYPE
    headers: dict[str, str] = {}
    body: BodyTemplate | None = None
    xml: str = ""


class PossibleAnswer(Extension, frozen=True, kw_only=True):
    """An answer that `operations` can give; every operation, where there are none."""

    operations: list[str] = []

    def applies_to(self, operation: str) -> bool:
        """Return whether that operation can answer it."""
        return not self.operations or operation in self.operations


class VariantCondition(Extension, frozen=True, kw_only=True):
    """Only while a variant has one of these values."""

    variant: str
    values: list[str]

    def matches(self, switches: Mapping[str, str]) -> bool:
        """Return whether it does, for a choice of variants."""
        return switches[self.variant] in self.values


class ErrorExample(Extension, frozen=True, kw_only=True):
    """A request that brings an error: the plain request of an operation with these values; null leaves a parameter out."""

    operation: str
    values: dict[str, Any]
    when: VariantCondition | None = None


class ErrorCode(PossibleAnswer, frozen=True, kw_only=True):
    """One error that the vendor can answer.

    `code` and `message` are as they stand in the body. `reproduce` says how to get it from the API itself, ""
    where no request can. `error_format` is the one that it always has.
    `limited_by` is what a caller has used up who gets it: such an error says nothing of the request.
    `client` is what it asks of whoever gets it.
    """

    status: int
    code: int | str | None = None
    message: str = ""
    description: str = ""
    reproduce: str = ""
    error_format: str = ""
    headers: dict[str, str] = {}
    limited_by: Limit | None = None
    example: ErrorExample | None = None
    client: ClientGuidance = ClientGuidance()


class SuccessSituation(PossibleAnswer, frozen=True, kw_only=True):
    """An answer that is not an error."""

    description: str
    reproduce: str = ""


class Trigger(Extension, frozen=True, kw_only=True):
    """An input that brings a situation: the template of a credential's or a parameter's value."""

    template: str
    credential: str = ""
    parameter: str = ""


class Action(Extension, frozen=True, kw_only=True):
    """Where the operation's name stands when the path does not tell it."""

    parameter: str
    header: str


class Routing(Extension, frozen=True, kw_only=True):
    """The errors for a request that no operation matches."""

    not_found: str
    method: Choice
    action: Action | None = None
    unknown_action: str = ""


class QuotaErrors(Extension, frozen=True, kw_only=True):
    """The errors for too many requests a second, and for too many in all."""

    rate: str
    count: str


class SourceDocument(Extension, frozen=True, kw_only=True):
    """A document that facts come from: what it is, where a reader finds it, and the copy that the facts were taken from."""

    title: str
    url: str = ""
    date: str = ""
    file: str = ""


class RootExtension(Extension, frozen=True, kw_only=True):
    """`x-lookalike` at the root of a document. `sources`: the names that `x-provenance` uses -> the documents."""

    sources: dict[str, SourceDocument] = {}
    variants: dict[str, Variant] = {}
    error_formats: dict[str, ErrorFormat]
    default_error_format: str = ""
    errors: dict[str, ErrorCode]
    situations: dict[str, SuccessSituation] = {}
    accounts: dict[str, dict[str, Any]]
    credential_templates: dict[str, str]
    # APIs with the same word have one account at their vendor, so a sandbox has one set of credentials for them
    shared_account: str = ""
    # of the vendor's, without an operation here; a certificate names them, so that a client gets an answer that it can read
    other_hosts: list[str] = []
    secrets: list[str]
    quota: QuotaErrors
    triggers: list[Trigger] = []
    routing: Routing
    data: dict[str, Any] = {}


class Rule(Extension, frozen=True, kw_only=True):
    """What JSON Schema cannot say of several parameters."""

    rule: Literal["any-of", "sum-at-most"]
    parameters: list[str]
    error: str
    limit: int = 0


class OperationExtension(Extension, frozen=True, kw_only=True):
    """`x-lookalike` at an operation. `body_seconds`: how long a body may take to arrive, 0 where nothing is known.

    `safe`: it only reads, whatever its method, as RFC 9110, 9.2.1 has the word. GET and HEAD are safe without it.
    """

    handler: str
    body_limit: int
    body_seconds: float = 0
    merge_query_and_form: bool = False
    action: str = ""
    rules: list[Rule] = []
    errors: dict[str, Reaction]
    also_allowed: dict[str, list[Reaction]] = {}
    token_lists: dict[str, list[str]] = {}
    defaults: dict[str, Choice] = {}
    error_formats: dict[str, str] = {}
    error_aliases: dict[str, str] = {}
    whole_body: bool = False
    lenient: bool = False
    safe: bool = False
    invariants: Invariants = Invariants()


class ResponseExtension(Extension, frozen=True, kw_only=True):
    """`x-lookalike` at a response that is an error: its body, where placeholders tell what is wrong."""

    body: BodyTemplate


class SchemeExtension(Extension, frozen=True, kw_only=True):
    """`x-lookalike` at a security scheme: who verifies it, when it counts, and which error each kind of refusal is.

    `skew`: how many seconds the time of signing may be off, where there is one.
    """

    scheme: str
    credential: str = ""
    when: VariantCondition | None = None
    skew: int = 0
    errors: dict[Refusal, str]
