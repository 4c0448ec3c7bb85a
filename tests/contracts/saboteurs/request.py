"""Who refuses good requests."""

import msgspec

from lookalike_specs.wire import Reply, Request

from .saboteur import Honest, Saboteur


def _without_proof(honest: Honest, request: Request) -> Reply:
    """A server that does not find the credentials where they belong."""
    return honest(msgspec.structs.replace(request, query=b"", headers=((b"host", b"127.0.0.1:8765"),)))


def _of_one_scheme(honest: Honest, request: Request) -> Reply:
    """A server that knows one of the schemes no longer."""
    return _without_proof(honest, request) if b"SignatureMethod" in request.query else honest(request)


REQUEST = (
    Saboteur("credentials-not-found", "request/accepted", "hiobuy/queryByImage", _without_proof),
    Saboteur("one-scheme-gone", "request/accepted", "aliyun/SearchImageByPic", _of_one_scheme),
)
