"""What mutants of signatures share: they know the demo account's secret, and sign in front of the mock."""

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
    """One scheme of one operation, with the demo account's secret: it tells right signatures from wrong ones."""

    def __init__(self, operation_path: str, kind: str) -> None:
        self.api = load_api(operation_path.partition("/")[0])
        operation = next(
            operation for operation in self.api.operations if f"{self.api.id}/{operation.id}" == operation_path
        )
        self.scheme = next(scheme for scheme in operation.schemes if scheme.extension.scheme == kind)
        self.kind = kind
        self.account = self.api.account
        self.parameter_names = {field.name for field in operation.fields}

    @property
    def secret(self) -> str:
        return self.account[SCHEMES[self.kind].secret_name]

    def sign_request(self, request: Request) -> Request:
        """Return the request with a signature that is right now, whatever it had before."""
        for name in SIGNING_PARAMETERS:
            part = find_part(request, name)
            while part is not None:
                request = remove_part(request, part)
                part = find_part(request, name)
        return sign(request, self.scheme, self.account, SigningContext(datetime.now(UTC), next(NONCES)))

    def compute_signature(self, request: Request, secret: str | None = None) -> str:
        """Return the signature that the request should have."""
        stages = SCHEMES[self.kind].recompute_stages(request, self.secret if secret is None else secret)
        if isinstance(stages, MalformedCredential):
            return ""
        return stages.signature

    def read_signature(self, request: Request) -> str:
        """Return the signature that the request has; "" where it has none of this scheme."""
        return SCHEMES[self.kind].read_signature(request) or ""

    def is_rightly_signed(self, request: Request) -> bool:
        signature = self.read_signature(request)
        return bool(signature) and self.compute_signature(request) == signature

    def is_wrongly_signed(self, request: Request) -> bool:
        """Tell whether the request has the demo account's key, and a signature that is not right."""
        if not self.read_signature(request) or self.is_rightly_signed(request):
            return False
        key = self.account[SCHEMES[self.kind].key_name]
        values = [part.value for part in list_parts(request)]
        # alone, as in `acs AK:c2ln`, or as in `ACS3-HMAC-SHA256 Credential=AK,Signature=…`
        return any(value == key or f"{key}:" in value or f"={key}," in value for value in values)

    def forge_signature(self, request: Request) -> Request:
        """Return the request with its signature written backwards."""
        signature = self.read_signature(request)
        part = next(part for part in list_parts(request) if part.value.endswith(signature))
        return replace_value(request, part, part.value.removesuffix(signature) + signature[::-1])


RequestCondition = Callable[[SchemeOracle, Request], bool]


def accept_when(operation: str, kind: str, condition: RequestCondition) -> CredentialMutation:
    """Mutate a server so that it accepts such requests: they are signed anew before the mock sees them."""
    oracle = SchemeOracle(operation, kind)

    def respond(honest: Respond, request: Request) -> Response:
        if condition(oracle, request):
            request = oracle.sign_request(request)
        return honest(request)

    return respond


def reject_when(operation: str, kind: str, condition: RequestCondition) -> CredentialMutation:
    """Mutate a server so that it takes such requests for forged ones, though they are right."""
    oracle = SchemeOracle(operation, kind)

    def respond(honest: Respond, request: Request) -> Response:
        if oracle.is_rightly_signed(request) and condition(oracle, request):
            request = oracle.forge_signature(request)
        return honest(request)

    return respond


def reword_error(text: str, replacement: str, status: int | None = None) -> CredentialMutation:
    """Mutate a server so that it writes an error in other words, or with another status."""

    def respond(honest: Respond, request: Request) -> Response:
        response = honest(request)
        if text.encode() not in response.body:
            return response
        body = response.body.replace(text.encode(), replacement.encode())
        return Response(
            status=status or response.status, body=body, media_type=response.media_type, headers=response.headers
        )

    return respond
