"""Say why: from an error of the pipeline, or a selected situation, to a Reason with one plain sentence.

All of this runs when somebody looks at a journal, or where a log shows a refusal, and never for an ordinary answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec

from lookalike_specs.answer_edits import AnswerEdit
from lookalike_specs.messages import MULTIPART_MEDIA_TYPE, Request
from lookalike_specs.pointers import join_pointer
from lookalike_specs.provenance import find_provenance
from lookalike_specs.redaction import Redactor

from .exceptions import Breach, VendorError
from .faults import FAULTS
from .reason import MAX_VALUE_LENGTH, NO_OPERATION, Origin, Reason, ReasonFinder, cut_text, quote_value
from .redact import find_request_secrets, list_account_secrets, redact_text
from .sandbox.issued_secrets import ISSUED_SECRETS
from .sandbox.state import SandboxAccounts, SandboxState
from .select_situation import SelectedSituation
from .service import Endpoint, Service
from .vendors.rule_sentences import RULE_SENTENCES
from .weather import describe_edit

MAX_TEXT_LENGTH: Final = 500
MAX_LISTED: Final = 10
NO_BREACH: Final = Breach("")

TYPE_NAMES: Final[Mapping[str, str]] = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "a text",
}
# keyword of JSON Schema, kind of refusal, or a rule of ours -> a sentence
SENTENCES: Final[Mapping[str, str]] = {
    # JSON Schema
    "additionalProperties": "{parameter} has a member that it may not have",
    "anyOf": "{parameter} is {value}, which is none of the forms that it can have",
    "const": "{parameter} is {value}; it has to be {limit}",
    "contains": "{parameter} is {value}, which lacks an element that it has to have",
    "enum": "{parameter} is {value}; it can be {limit}",
    "exclusiveMaximum": "{parameter} is {value}; it has to be less than {limit}",
    "exclusiveMinimum": "{parameter} is {value}; it has to be more than {limit}",
    "maxItems": "{parameter} has too many elements; the most is {limit}",
    "maxLength": "{parameter} is {value}, which is too long; the greatest length is {limit}",
    "maxProperties": "{parameter} has too many members; the most is {limit}",
    "maximum": "{parameter} is {value}; the most is {limit}",
    "minItems": "{parameter} has too few elements; the least is {limit}",
    "minLength": "{parameter} is {value}, which is too short; the least length is {limit}",
    "minProperties": "{parameter} has too few members; the least is {limit}",
    "minimum": "{parameter} is {value}; the least is {limit}",
    "multipleOf": "{parameter} is {value}; it has to be a multiple of {limit}",
    "oneOf": "{parameter} is {value}, which is none, or more than one, of the forms that it can have",
    "pattern": "{parameter} is {value}; it has to match the pattern {limit}",
    "required": "{parameter} is missing",
    "type": "{parameter} is {value}; it has to be {limit}",
    "uniqueItems": "{parameter} has the same element twice",
    # rules of several parameters
    "any-of": "one of these has to be there, and none is: {limit}",
    "sum-at-most": "{parameter} is {value}; the most is {limit}",
    # bodies
    "body-timeout": "the body did not come in time",
    "body-too-large": "the body is longer than the {limit} bytes that this operation reads, or has too many fields",
    "malformed-body": "the body cannot be read",
    "media-type": "the body is {value}; this operation reads {limit}",
    # who calls
    "algorithm": "the request names a way of signing that this API does not take",
    "bad-token": "the token is not that of this key",
    "body-digest": "the digest of the body that the request carries is not that of the body that came",
    "expired": "{parameter} is {value}, which is too long ago",
    "future": "{parameter} is {value}, which is too far in the future",
    "malformed": "what should prove who calls cannot be read",
    "malformed-timestamp": "{parameter} is {value}, which is no time as this scheme writes it",
    "mismatch": "the signature is not the one that this request and the key's secret make",
    "missing-key": "nothing says who calls: {parameter} is missing",
    "missing-nonce": "{parameter} is missing",
    "missing-signature": "the request is not signed: {parameter} is missing",
    "missing-timestamp": "{parameter} is missing",
    "missing-token": "the key is a temporary one, and its token is missing",
    "replayed": "{parameter} was used before; each request needs one of its own",
    "unknown-key": "no account has this {parameter}",
    "unsigned-header": "the signature does not cover a header that has to be signed",
    "version": "the request names a version of signing that this API does not take",
}
ORIGIN_SENTENCES: Final[Mapping[Origin, str]] = {
    "prefer": "asked for by the header Prefer",
    "schedule": "scheduled in the sandbox",
    "trigger": "asked for by {parameter}",
    "weather": "the weather of the sandbox",
    "account": "the account of these credentials is always answered so",
    "quota": "the sandbox's quota is used up",
}


class Asker(NamedTuple):
    """Which API was asked, and the accounts of the sandbox.

    Not the sandbox itself: its journal holds this, and a circle would keep the journal of a sandbox that is gone.
    """

    service: Service
    accounts: SandboxAccounts

    def create_redactor(self, request: Request) -> Redactor:
        """Return what covers the sandbox's secrets, and those that stand in the request where secrets belong."""
        secrets = set(find_request_secrets(self.service, request))
        secrets.update(list_account_secrets(self.service, self.accounts))
        return Redactor(secrets, ISSUED_SECRETS.get_redactor())


class RefusalFacts(msgspec.Struct, frozen=True):
    """What is kept of a VendorError until somebody asks why; unlike the exception it holds no frames and no bodies."""

    error_id: str
    origin: Origin
    rule: str
    parameter: str
    value: str
    breach: Breach
    detail: str
    diagnose: Callable[[Request], str] | None
    fault_text: str = ""


def create_refusal_finder(  # noqa: PLR0913 - who refuses whom, for what, and what else was selected
    state: SandboxState,
    service: Service,
    endpoint: Endpoint | None,
    error: VendorError,
    *,
    selection: SelectedSituation,
    describe_near_miss: Callable[[Request], str],
) -> ReasonFinder:
    """Return what explains a refusal when somebody looks; `describe_near_miss` is for a request without an operation."""
    values = error.template_values
    breach = error.breach or NO_BREACH
    value = values.get("value", "")
    if breach.value:
        # which counts more, and one of them is enough to be kept
        value = ""
    if value != "":
        value = quote_value(value)
    if len(breach.parameter) > MAX_VALUE_LENGTH:
        # a member that the client named: a journal must not keep a name of megabytes
        breach = breach._replace(parameter=cut_text(breach.parameter))
    facts = RefusalFacts(
        error_id=error.error_id,
        origin=error.origin,
        rule=str(values.get("rule", "")),
        parameter=cut_text(str(values.get("parameter", ""))),
        value=value,
        breach=breach,
        detail=error.detail,
        diagnose=error.diagnose,
        fault_text=_describe_fault(selection),
    )
    if endpoint is None and not facts.detail:
        return partial(_explain_unmatched, Asker(service, state.accounts), facts, describe_near_miss)
    return partial(_explain_refusal, Asker(service, state.accounts), endpoint, facts)


def create_situation_finder(state: SandboxState, service: Service, selection: SelectedSituation) -> ReasonFinder:
    """Return what says why an answer is in a situation, or has a fault, that somebody asked for."""
    return partial(_explain_situation, Asker(service, state.accounts), selection)


def create_edit_finder(state: SandboxState, service: Service, edits: Sequence[AnswerEdit]) -> ReasonFinder:
    """Return what says how the weather changed a good answer."""
    return partial(_explain_edits, Asker(service, state.accounts), tuple(edits))


def _explain_edits(asker: Asker, edits: Sequence[AnswerEdit], request: Request) -> Reason:
    text = f"{ORIGIN_SENTENCES['weather']}: {', '.join(map(describe_edit, edits))}"
    return _build_reason(asker, request, text, "", origin="weather", rule="edit")


def _describe_fault(selection: SelectedSituation) -> str:
    """Return why the fault happens that happens to an answer; "" where there is none."""
    if not selection.fault:
        return ""
    return f"the fault {selection.fault}: {ORIGIN_SENTENCES[selection.fault_origin]}"


def _explain_situation(asker: Asker, selection: SelectedSituation, request: Request) -> Reason:
    origin = selection.situation_origin
    name = selection.situation
    if selection.fault:
        # the journal names the fault, which is what the client met
        origin = selection.fault_origin
        name = selection.fault
    pointer = ""
    if name not in FAULTS:
        pointer = "/x-lookalike" + join_pointer("situations", name)
    trigger = "the key"
    if selection.trigger_parameter:
        trigger = f"the value of {selection.trigger_parameter}"
    text = ORIGIN_SENTENCES[origin].format(parameter=trigger)
    return _build_reason(asker, request, text, pointer, origin=origin, rule="situation")


def _explain_unmatched(
    asker: Asker, facts: RefusalFacts, describe_near_miss: Callable[[Request], str], request: Request
) -> Reason:
    """Return why no operation was found."""
    text = describe_near_miss(request) or "no operation matched"
    pointer = "/x-lookalike" + join_pointer("errors", facts.error_id)
    return _build_reason(
        asker,
        request,
        text,
        pointer,
        origin=facts.origin,
        error=facts.error_id,
        parameter=facts.parameter,
        rule=NO_OPERATION,
    )


def _explain_refusal(asker: Asker, endpoint: Endpoint | None, facts: RefusalFacts, request: Request) -> Reason:
    limit = facts.breach.limit
    parameter = facts.breach.parameter or facts.parameter
    value = facts.breach.value or facts.value
    if value:
        # covered before it is cut, as half of a secret would not be found again
        value = _cut_quoted(redact_text(asker.create_redactor(request), value))
    if parameter in asker.service.api.root.secrets:
        value = ""
    pointer = facts.breach.pointer
    if endpoint is not None:
        pointer = _complete_pointer(pointer, endpoint)
        if limit is None:
            limit = _find_body_limit(facts.rule, endpoint)
    text = _write_sentence(facts, request, parameter, value, limit)
    if facts.origin == "request":
        text += _describe_encoding(request)
    if facts.fault_text:
        text = f"{text}; {facts.fault_text}"
    return _build_reason(
        asker,
        request,
        text,
        pointer or "/x-lookalike" + join_pointer("errors", facts.error_id),
        origin=facts.origin,
        error=facts.error_id,
        parameter=parameter,
        rule=facts.rule,
        value=value,
        limit=limit,
    )


def _cut_quoted(value: str) -> str:
    """Return a value cut to what a sentence shows; a text keeps its closing quote."""
    shown = cut_text(value)
    if shown != value and value.startswith("'"):
        return f"{shown}'"
    return shown


def _complete_pointer(pointer: str, endpoint: Endpoint) -> str:
    """Return a pointer from the document's root; one that begins at `x-lookalike` may be the operation's own."""
    if pointer.startswith("/x-lookalike/rules/"):
        return endpoint.operation.pointer + pointer
    return pointer


def _find_body_limit(rule: str, endpoint: Endpoint) -> Any:
    rules = endpoint.rules
    if rule == "body-too-large":
        return rules.body_limit
    if rule == "media-type":
        return list(rules.media_types)
    return None


def _write_sentence(facts: RefusalFacts, request: Request, parameter: str, value: str, limit: Any) -> str:
    if facts.detail:
        return facts.detail
    if facts.diagnose is not None:
        return facts.diagnose(request)
    if facts.origin != "request":
        return ORIGIN_SENTENCES[facts.origin].format(parameter=parameter or "the key")
    if facts.rule == "any-of" and isinstance(limit, list) and len(limit) == 1:
        return f"{limit[0]} is missing"
    template = SENTENCES.get(facts.rule) or RULE_SENTENCES.get(facts.rule)
    # behind a reference it may not be known what the rule allows
    if template is None or (limit is None and "{limit}" in template):
        return f"{parameter or 'the request'} breaks the rule {facts.rule!r}"
    sentence = template.format(
        parameter=parameter or "the value", value=value or "missing", limit=_phrase_limit(facts.rule, limit)
    )
    if facts.rule == "malformed-body":
        sentence += _locate_malformed_json(request)
    return sentence


def _phrase_limit(rule: str, limit: Any) -> str:
    """Return what a rule allows as words: `a whole number`, or `en, ru or zh`."""
    if rule == "type":
        names = [limit]
        if isinstance(limit, list):
            names = limit
        return " or ".join(TYPE_NAMES.get(name, str(name)) for name in names)
    if not isinstance(limit, list):
        return cut_text(str(limit), MAX_TEXT_LENGTH // 2)
    # an empty text among them would not be seen
    shown = [cut_text(str(member)) or "''" for member in limit[:MAX_LISTED]]
    if len(limit) > MAX_LISTED:
        return f"{', '.join(shown)} and {len(limit) - MAX_LISTED} more"
    if len(shown) == 1:
        return shown[0]
    return f"{', '.join(shown[:-1])} or {shown[-1]}"


def _locate_malformed_json(request: Request) -> str:
    """Return where a body stops being JSON, as a part of a sentence; "" where it is none of JSON's affairs."""
    if not request.body:
        return ": there is none"
    if request.content_type == MULTIPART_MEDIA_TYPE:
        return ": the boundary in Content-Type does not frame it to its end"
    try:
        msgspec.json.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # such as "JSON is malformed: expected ',' (byte 17)": it quotes nothing of the body
        return f": {cut_text(str(error), MAX_TEXT_LENGTH // 2)}"
    return ": it is JSON, but no object, or nested too deep"


def _describe_encoding(request: Request) -> str:
    """Return what the way of a body may have to do with its being refused: compressed, or lost; "" for nothing."""
    coding = request.get_header(b"content-encoding")
    if coding and coding.lower() != "identity" and request.body:
        return f"; the body is compressed (Content-Encoding: {cut_text(coding)}), which is not undone here"
    announced = request.get_header(b"content-length") or "0"
    # a client that offers HTTP/2 over plain http sends its body behind the offer, where HTTP/1.1 servers lose it
    if not request.body and announced != "0" and "h2c" in (request.get_header(b"upgrade") or "").lower():
        return "; the client offered HTTP/2 (Upgrade: h2c), and its body was lost on the way: let it speak HTTP/1.1"
    return ""


def _build_reason(asker: Asker, request: Request, text: str, pointer: str, **fields: Any) -> Reason:
    """Return a reason with the provenance of its rule, its texts bounded, and the asker's secrets covered in them."""
    provenance = ""
    source = ""
    if pointer:
        stated = find_provenance(asker.service.api.document, pointer)
        provenance = stated.kind
        source = stated.source
    return Reason(
        text=cut_text(redact_text(asker.create_redactor(request), text), MAX_TEXT_LENGTH),
        pointer=pointer,
        provenance=provenance,
        source=source,
        **fields,
    )
