"""Family `request`: what the server makes of requests as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from lookalike_specs import SecurityScheme

from ..context import CheckContext
from ..exceptions import CouldNotCheck
from ..finding import Exchange, Failure
from ..generation.mutation import FLAKY_MESSAGE
from ..registry import active_check


@active_check(
    "request/accepted",
    summary="The spec's own example, signed with the account's credentials, gets a good response.",
    rationale="Of an operation that refuses a good request nothing else can be judged.",
    remediation="Answer the example in the document with HTTP 200 and the body that it describes.",
    source="the examples of each document",
)
def example_request(context: CheckContext) -> Iterator[Failure]:
    """Send the example once in each security scheme that counts under these variants."""
    for position, scheme in enumerate(context.schemes):
        # the run has sent the first one before any check, to see whether there is anything to check
        exchange = context.plain_exchange if position == 0 else _send_example(context, scheme)
        if not context.classifier.is_good(exchange.response):
            yield from _confirm_refusal(context, scheme)


def _send_example(context: CheckContext, scheme: SecurityScheme) -> Exchange:
    return context.send(context.build_signed_request(context.build_values(scheme), scheme))


def _confirm_refusal(context: CheckContext, scheme: SecurityScheme) -> Iterator[Failure]:
    """Send the example once more, and yield the failure if it is refused again. Raise CouldNotCheck where it is not."""
    exchange = _send_example(context, scheme)
    response = exchange.response
    if context.classifier.is_good(response):
        raise CouldNotCheck(FLAKY_MESSAGE)
    if _is_missing_resource(context, exchange):
        raise CouldNotCheck(f"HTTP {response.status}: the example's path names nothing that this server has")
    message = f"a good request is answered {context.classifier.describe(*exchange)}"
    yield Failure(message, rule=f"/components/securitySchemes/{scheme.name}", exchanges=(exchange,))


def _is_missing_resource(context: CheckContext, exchange: Exchange) -> bool:
    """Return whether the answer is a documented 404 or 410, where a value in the path may name nothing."""
    status = exchange.response.status
    if status not in (404, 410):
        return False
    has_path_values = any(field.location == "path" for field in context.operation.fields)
    documented = {str(error.status) for error in context.api.list_errors(context.operation).values()}
    return has_path_values and str(status) in documented
