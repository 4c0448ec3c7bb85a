"""Does anybody at this address answer as the API at all?

Where every good request of an API is refused, and all alike, nothing is wrong with thirty checks at six operations. The URL
is that of a file server or of another API, or the credentials are not those of this server. That is one thing to say.
"""

from __future__ import annotations

from collections.abc import Sequence

from lookalike_specs.messages import Response

from .context import CheckContext
from .exceptions import CouldNotCheck, TimeLimitExceeded
from .finding import Exchange, Failure
from .responses.foreign import describe_foreign_response, is_html

# an answer with the code or the words of an error is meant as that error; its status alone tells nothing
MIN_IDENTITY = 2


def find_common_refusal(contexts: Sequence[CheckContext]) -> Failure | None:
    """Return why nothing of an API can be judged here; None where one of its good requests may be answered.

    `contexts` are those of its operations. Each is asked once, the first once more; what they answered is kept for the
    checks (`plain_exchange`). The first one that is accepted ends it: a server that works is asked nothing for this.
    """
    # what needs another operation's answer first cannot be asked where nobody answers
    contexts = [context for context in contexts if context.operation.extension.invariants.depends_on is None]
    errors = _collect_errors(contexts)
    # that a single operation is refused with an error of its own says nothing about the address
    is_one_error = len(errors) == 1 and len(contexts) > 1
    if not contexts or (errors != {""} and not is_one_error):
        return None
    exchange = _confirm_refusal(contexts[0])
    if exchange is None:
        return None
    return _build_failure(contexts[0], exchange, errors.pop())


def _collect_errors(contexts: Sequence[CheckContext]) -> set[str]:
    """Return the errors that the good requests are refused as, "" for what is none; none where one is accepted."""
    errors: set[str] = set()
    for context in contexts:
        exchange = _fetch_refusal(context)
        if exchange is None:
            return set()
        error = _identify_error(context, exchange)
        if not error and not _is_elsewhere(context, exchange.response):
            return set()
        errors.add(error)
    return errors


def _is_elsewhere(context: CheckContext, response: Response) -> bool:
    """Return whether a response that is no error of the API is from another server.

    One that says that all went well, by its status or in its body, is the API's own answer with something wrong with it. A
    page of HTML is not, for many sites answer so whatever is asked for.
    """
    if is_html(response):
        return True
    return not 200 <= response.status < 300 and not context.classifier.body_says_success(response)


def _confirm_refusal(context: CheckContext) -> Exchange | None:
    """Return the good request as it is refused once more; None where it is not."""
    try:
        exchange = context.send_sample()
    except (CouldNotCheck, TimeLimitExceeded):
        return None
    if context.classifier.is_good(exchange.response):
        return None
    return exchange


def _build_failure(context: CheckContext, exchange: Exchange, error: str) -> Failure:
    if error:
        message = f"every good request of {context.api.id} is refused as the error {error}; "
        message += "are the credentials and the variants those of this server?"
        return Failure(message, rule=_locate_scheme(context), exchanges=(exchange,))
    answer = describe_foreign_response(*exchange) or f"HTTP {exchange.response.status}"
    message = f"nothing here answers as {context.api.id} ({answer}); is this the right address?"
    return Failure(message, rule="/servers", exchanges=(exchange,))


def _fetch_refusal(context: CheckContext) -> Exchange | None:
    """Return the plain good request and how it is refused; None where it is not, or there is no answer to judge."""
    try:
        exchange = context.plain_exchange
    except (CouldNotCheck, TimeLimitExceeded):
        return None
    if context.classifier.is_good(exchange.response):
        return None
    return exchange


def _identify_error(context: CheckContext, exchange: Exchange) -> str:
    """Return the error of the catalogue that an answer is meant as; "" where it is none."""
    exact_errors = context.classifier.find_exact_errors(exchange.response)
    if exact_errors:
        return exact_errors[0]
    pattern, _ = context.classifier.find_closest_error(exchange.response)
    if pattern.shows_identity(exchange.response) < MIN_IDENTITY:
        return ""
    return pattern.id


def _locate_scheme(context: CheckContext) -> str:
    if not context.schemes:
        return ""
    return f"/components/securitySchemes/{context.schemes[0].name}"
