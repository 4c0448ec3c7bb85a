"""Mutants that refuse good requests."""

import msgspec

from lookalike_specs.messages import Request, Response

from .mutant import Mutant, Respond


def _drop_credentials(honest: Respond, request: Request) -> Response:
    """Look for the credentials elsewhere than where they belong."""
    return honest(msgspec.structs.replace(request, query=b"", headers=((b"host", b"127.0.0.1:8765"),)))


def _forget_one_scheme(honest: Respond, request: Request) -> Response:
    """Refuse one of the schemes."""
    if b"SignatureMethod" in request.query:
        return _drop_credentials(honest, request)
    return honest(request)


REQUEST_MUTANTS = (
    Mutant("credentials-not-found", "request/accepted", "hiobuy/queryByImage", _drop_credentials),
    Mutant("one-scheme-gone", "request/accepted", "aliyun/SearchImageByPic", _forget_one_scheme),
)
