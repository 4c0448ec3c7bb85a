"""Responses that say nothing of their request: the caller has used something up, or the server is somewhere else.

"Too many requests" is right at any time, so it shows neither that a rule is kept nor that one is broken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lookalike_specs.extensions import Limit
from lookalike_specs.messages import Request, Response

from .classify import ResponseClassifier
from .error_match import ErrorPattern
from .foreign import TOO_MANY_REQUESTS, describe_gateway_refusal, describe_move

SLOWER: Final = "--rate N sends N requests a second at most"
MEANINGS: Final[Mapping[Limit, str]] = {
    "rate": f"there are too many requests; {SLOWER}",
    "load": f"the server has too much to do; {SLOWER}",
    "quota": f"the account has used up its requests; {SLOWER}, --credentials asks as another account",
    "balance": "the account has no balance left; --credentials asks as another account",
}


@dataclass(frozen=True)
class NoVerdict:
    """Why a response says nothing of its request; it is documented where it is an error of the catalogue."""

    reason: str
    is_documented: bool


def find_no_verdict(classifier: ResponseClassifier, request: Request, response: Response) -> NoVerdict | None:
    """Return why a response says nothing of its request; None where it does.

    Whether an error has such a meaning, the document says. Beyond it there is only what HTTP itself means by 429 (RFC 6585)
    and by the statuses of gateways.
    """
    # most responses are of another status, and are not looked at any further
    if response.status in classifier.limit_statuses:
        for pattern in classifier.error_patterns:
            if pattern.limited_by and _is_meant(classifier, pattern, response):
                return NoVerdict(
                    f"HTTP {response.status}, the error {pattern.id}: {MEANINGS[pattern.limited_by]}",
                    is_documented=True,
                )
    if response.status == TOO_MANY_REQUESTS and not classifier.find_exact_errors(response):
        return NoVerdict(f"HTTP {TOO_MANY_REQUESTS}: {MEANINGS['rate']}", is_documented=False)
    reason = describe_gateway_refusal(response) or describe_move(request, response)
    if reason and not classifier.find_exact_errors(response):
        return NoVerdict(reason, is_documented=False)
    return None


def _is_meant(classifier: ResponseClassifier, pattern: ErrorPattern, response: Response) -> bool:
    """Return whether a response is that error, or is it but for a message that changed."""
    if not pattern.quick_match(response):
        return False
    aspects = {mismatch.aspect for mismatch in pattern.find_mismatches(response)}
    if not aspects:
        return True
    # HioBuy's errors have no code in their bodies: nothing but the message tells them apart.
    if not pattern.has_code:
        return False
    # Daji has one code, 1009, for a used-up quota and for a picture that it cannot read: there the message has to be right.
    return aspects == {"message"} and all(
        other.limited_by for other in classifier.error_patterns if _has_same_code(other, pattern)
    )


def _has_same_code(pattern: ErrorPattern, other: ErrorPattern) -> bool:
    return (pattern.status, pattern.error.code) == (other.status, other.error.code)
