"""The judge of clients: holds what a client sent to an API's document.

The way of a request: `validate` finds the operation that it is to, and `parsed_request` reads its values. Then each module
holds it to one thing: `schema` to the document's schemas, `parameter_names` to its names, `tokens` to its lists,
`credentials` to an account, with `signature_diagnosis` for a signature that is wrong, `replay` to the clock and the nonces
before it, and `secrets` to where secrets belong. What they find is a `violation`, and no secret is in it.
"""

from .validate import RecordedRequest, validate_request, validate_requests
from .violation import LISTED, RequestViolation

__all__ = ["LISTED", "RecordedRequest", "RequestViolation", "validate_request", "validate_requests"]
