"""Family `request`: what the server makes of requests as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from ..context import CheckContext
from ..exceptions import CouldNotCheck
from ..finding import Exchange, Failure
from ..registry import active_check


@active_check(
    "request/accepted",
    summary="The spec's own example, signed as the account, gets a good answer.",
    rationale="Nothing else can be told of an operation that refuses a good request.",
    remediation="Answer the example in the document with HTTP 200 and the body that it describes.",
    source="the examples of each document",
)
def example_request(subject: CheckContext) -> Iterator[Failure]:
    """Ask once, in every scheme that counts."""
    for scheme in subject.schemes:
        exchange = subject.send(subject.build_signed_request(subject.build_values(scheme), scheme))
        if _is_missing_resource(subject, exchange):
            raise CouldNotCheck(
                f"HTTP {exchange.response.status}: the example's path names nothing that this server has"
            )
        if not subject.classifier.is_good(exchange.response):
            near, _ = subject.classifier.find_closest_error(exchange.response)
            message = f"a good request is answered HTTP {exchange.response.status}, most like the error {near.id}"
            yield Failure(message, rule=f"/components/securitySchemes/{scheme.name}", exchanges=(exchange,))


def _is_missing_resource(subject: CheckContext, exchange: Exchange) -> bool:
    """Return whether the answer is a documented 404 or 410, where a value in the path may name nothing."""
    has_path_values = any(field.location == "path" for field in subject.operation.fields)
    documented = {str(error.status) for error in subject.api.list_errors(subject.operation).values()}
    status = exchange.response.status
    return has_path_values and status in (404, 410) and str(status) in documented
