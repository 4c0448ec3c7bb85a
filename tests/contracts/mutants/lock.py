"""What those who spoil signatures have in common: they know the demo account's secret, and sign in front of the mock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

from lookalike_contracts.checks.signature.request_edit import find_part, list_parts, remove_part, replace_value
from lookalike_specs import load_api
from lookalike_specs.messages import Request, Response
from lookalike_specs.signing import SCHEMES, MalformedCredential, SigningContext
from lookalike_specs.signing.sign import sign

from .mutant import Respond

CredentialMutation = Callable[[Respond, Request], Response]
RequestEdit = Callable[[Request], Request]
SIGNING_PARAMETERS = (
    "sign", "appKey", "appSecret", "Signature", "SignatureMethod", "SignatureVersion", "SignatureNonce", "AccessKeyId",
    "Timestamp", "OSSAccessKeyId",
)  # fmt: skip
NONCES = (f"saboteur-{number}" for number in count())


class SchemeOracle:
    """One scheme of one operation, and what its keeper knows."""

    def __init__(self, at: str, kind: str) -> None:
        self.api = load_api(at.partition("/")[0])
        operation = next(each for each in self.api.operations if f"{self.api.id}/{each.id}" == at)
        self.scheme = next(each for each in operation.schemes if each.extension.scheme == kind)
        self.kind, self.account = kind, self.api.account
        self.known = {field.name for field in operation.fields}

    @property
    def secret(self) -> str:
        """The demo account's."""
        return self.account[SCHEMES[self.kind].secret_name]

    def sign_request(self, request: Request) -> Request:
        """The request with a proof that is right now."""
        for name in SIGNING_PARAMETERS:
            while found := find_part(request, name):
                request = remove_part(request, found)
        return sign(request, self.scheme, self.account, SigningContext(datetime.now(UTC), next(NONCES)))

    def compute_signature(self, request: Request, secret: str | None = None) -> str:
        """The signature that it should have."""
        found = SCHEMES[self.kind].recompute_stages(request, self.secret if secret is None else secret)
        return "" if isinstance(found, MalformedCredential) else found.signature

    def read_signature(self, request: Request) -> str:
        """The signature that it has; "" where it has none of this scheme."""
        return SCHEMES[self.kind].read_signature(request) or ""

    def is_rightly_signed(self, request: Request) -> bool:
        """Whether its signature is right."""
        return bool(self.read_signature(request)) and self.compute_signature(request) == self.read_signature(request)

    def is_wrongly_signed(self, request: Request) -> bool:
        """Whether it has the demo account's key, and a signature that is not right."""
        key = self.account[SCHEMES[self.kind].key_name]
        mine = any(
            found.value == key or f"{key}:" in found.value or f"={key}," in found.value for found in list_parts(request)
        )
        return mine and bool(self.read_signature(request)) and not self.is_rightly_signed(request)

    def forge_signature(self, request: Request) -> Request:
        """The request with its signature backwards."""
        right = self.read_signature(request)
        found = next(each for each in list_parts(request) if each.value.endswith(right))
        return replace_value(request, found, found.value.removesuffix(right) + right[::-1])


RequestCondition = Callable[[SchemeOracle, Request], bool]


def accept_when(
    at: str, kind: str, when: RequestCondition, mend: RequestEdit = lambda request: request
) -> CredentialMutation:
    """A server that signs such requests itself, in that scheme."""
    lock = SchemeOracle(at, kind)

    def answer(honest: Respond, request: Request) -> Response:
        return honest(lock.sign_request(mend(request)) if when(lock, request) else request)

    return answer


def reject_when(at: str, kind: str, when: RequestCondition) -> CredentialMutation:
    """A server that takes such requests for forged ones, where they are right."""
    lock = SchemeOracle(at, kind)

    def answer(honest: Respond, request: Request) -> Response:
        return honest(
            lock.forge_signature(request) if lock.is_rightly_signed(request) and when(lock, request) else request
        )

    return answer


def reword_error(told: str, otherwise: str, status: int | None = None) -> CredentialMutation:
    """A server that tells an error in other words, or with another status."""

    def answer(honest: Respond, request: Request) -> Response:
        reply = honest(request)
        if told.encode() not in reply.body:
            return reply
        body = reply.body.replace(told.encode(), otherwise.encode())
        return Response(status=status or reply.status, body=body, media_type=reply.media_type, headers=reply.headers)

    return answer
