"""What Acme wants of every service, whoever wrote its document."""

from collections.abc import Iterator

from lookalike_contracts.context import CheckContext
from lookalike_contracts.finding import Exchange, Failure
from lookalike_contracts.registry import passive_check
from lookalike_specs.provenance import Source


@passive_check(
    "acme/server-header",
    summary="No answer names the software that sent it.",
    rationale="Whoever knows the version knows its holes.",
    remediation="Leave the header `Server` out, or without a version.",
    source="Acme's rules for services",
    provenance=Source("documented", "Acme's rules for services, 4.2"),
)
def check_server_header(_: CheckContext, exchange: Exchange) -> Iterator[Failure]:
    """Yield a failure where the header `Server` has a digit in it."""
    for name, value in exchange.response.headers:
        if name.lower() == b"server" and any(character in b"0123456789" for character in value):
            yield Failure("the header `Server` has a version in it", "", "", (exchange,))
