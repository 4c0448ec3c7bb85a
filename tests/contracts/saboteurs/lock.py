"""What those who spoil signatures have in common: they know the demo account's secret, and sign in front of the mock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

from lookalike_contracts.checks.signature.parts import changed, part, parts, without
from lookalike_specs import load
from lookalike_specs.proof import PROOFS, Moment, prove
from lookalike_specs.signing import SCHEMES, Malformed
from lookalike_specs.wire import Reply, Request

from .saboteur import Honest

Answer = Callable[[Honest, Request], Reply]
Mend = Callable[[Request], Request]
OF_PROOFS = (
    "sign", "appKey", "appSecret", "Signature", "SignatureMethod", "SignatureVersion", "SignatureNonce", "AccessKeyId",
    "Timestamp", "OSSAccessKeyId",
)  # fmt: skip
NONCES = (f"saboteur-{number}" for number in count())


class Lock:
    """One scheme of one operation, and what its keeper knows."""

    def __init__(self, at: str, kind: str) -> None:
        self.api = load(at.partition("/")[0])
        operation = next(each for each in self.api.operations if f"{self.api.id}/{each.id}" == at)
        self.scheme = next(each for each in operation.schemes if each.extension.scheme == kind)
        self.kind, self.account = kind, self.api.account
        self.known = {field.name for field in operation.fields}

    @property
    def secret(self) -> str:
        """The demo account's."""
        return self.account[PROOFS[self.kind].secret]

    def proven(self, request: Request) -> Request:
        """The request with a proof that is right now."""
        for name in OF_PROOFS:
            while found := part(request, name):
                request = without(request, found)
        return prove(request, self.scheme, self.account, Moment(datetime.now(UTC), next(NONCES)))

    def made(self, request: Request, secret: str | None = None) -> str:
        """The signature that it should have."""
        found = SCHEMES[self.kind].recomputed(request, self.secret if secret is None else secret)
        return "" if isinstance(found, Malformed) else found.signature

    def shown(self, request: Request) -> str:
        """The signature that it has; "" where it has none of this scheme."""
        return SCHEMES[self.kind].presented(request) or ""

    def is_right(self, request: Request) -> bool:
        """Whether its signature is right."""
        return bool(self.shown(request)) and self.made(request) == self.shown(request)

    def is_wrong(self, request: Request) -> bool:
        """Whether it has the demo account's key, and a signature that is not right."""
        key = self.account[PROOFS[self.kind].key]
        mine = any(
            found.value == key or f"{key}:" in found.value or f"={key}," in found.value for found in parts(request)
        )
        return mine and bool(self.shown(request)) and not self.is_right(request)

    def forged(self, request: Request) -> Request:
        """The request with its signature backwards."""
        right = self.shown(request)
        found = next(each for each in parts(request) if each.value.endswith(right))
        return changed(request, found, found.value.removesuffix(right) + right[::-1])


When = Callable[[Lock, Request], bool]


def lets_in(at: str, kind: str, when: When, mend: Mend = lambda request: request) -> Answer:
    """A server that signs such requests itself, in that scheme."""
    lock = Lock(at, kind)

    def answer(honest: Honest, request: Request) -> Reply:
        return honest(lock.proven(mend(request)) if when(lock, request) else request)

    return answer


def keeps_out(at: str, kind: str, when: When) -> Answer:
    """A server that takes such requests for forged ones, where they are right."""
    lock = Lock(at, kind)

    def answer(honest: Honest, request: Request) -> Reply:
        return honest(lock.forged(request) if lock.is_right(request) and when(lock, request) else request)

    return answer


def says(told: str, otherwise: str, status: int | None = None) -> Answer:
    """A server that tells an error in other words, or with another status."""

    def answer(honest: Honest, request: Request) -> Reply:
        reply = honest(request)
        if told.encode() not in reply.body:
            return reply
        body = reply.body.replace(told.encode(), otherwise.encode())
        return Reply(status=status or reply.status, body=body, media_type=reply.media_type, headers=reply.headers)

    return answer
