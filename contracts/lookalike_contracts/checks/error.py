"""Family `error`: whatever is refused, is refused with an error of the catalogue, to the letter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..answers.template import Aspect
from ..finding import Broken, Exchange
from ..registry import look, probe
from ..requests.asking import Asking, asking, told
from ..requests.expected import MENDS, Sent, reactions
from ..subject import Subject

OURS: Final = "the catalogue of errors, `x-lookalike.errors`"
TRIED: Final = 3


@look(
    "error/code",
    says="An error has a code of the catalogue.",
    why="Clients choose by the code whether to try again, to tell the user, or to give up.",
    how="Send the code as it stands in the catalogue, type included.",
    source=OURS,
)
def code(subject: Subject, exchange: Exchange) -> Iterator[Broken]:
    """The code of the error that it is most like."""
    return _differing(subject, exchange, ("code",))


@look(
    "error/message",
    says="An error has the message that the catalogue has for its code.",
    why="It is what people read and search for; and some clients tell errors apart by it.",
    how="Send the message word for word.",
    source=OURS,
)
def message(subject: Subject, exchange: Exchange) -> Iterator[Broken]:
    """The message of the error that it is most like."""
    return _differing(subject, exchange, ("message",))


@look(
    "error/transport",
    says="An error travels as the document says: HTTP status, media type, shape of the body.",
    why="A client that cannot read the error sees its own parser fail, and not what was wrong.",
    how="Send the status, the media type and the members that the error's transport has.",
    source="`x-lookalike.transports`",
)
def transport(subject: Subject, exchange: Exchange) -> Iterator[Broken]:
    """All but code and message of the error that it is most like."""
    return _differing(subject, exchange, ("status", "media type", "shape"))


@look(
    "error/headers",
    says="An error has the headers that the document has for it.",
    why="`Allow` and `Retry-After` tell a client what to do next.",
    how="Send the headers of the error and of its transport.",
    source=OURS,
)
def headers(subject: Subject, exchange: Exchange) -> Iterator[Broken]:
    """The headers of each error that it can be; one of them has to be there whole."""
    reply = exchange.reply
    forms = [form for form in subject.reader.forms if form.may_be(reply) and form.fits(reply)]
    missing = [tuple(form.missing(reply)) for form in forms]
    if forms and all(missing):
        name, where = missing[0][0], f"/x-lookalike/errors/{forms[0].id}/headers"
        yield Broken(f"the error {forms[0].id} has no header {name!r} as documented", "", where, (exchange,))


@probe(
    "error/catalogue",
    says="Each error that a single broken rule brings does come.",
    why="An error that never comes is handled by nobody, until it does.",
    how="Answer each broken rule with its own error.",
    source=OURS,
)
def catalogue(subject: Subject) -> Iterator[Broken]:
    """For each of them, requests that break one rule, until one brings it."""
    ask = asking(subject)
    for error, tried in _ways(subject, ask).items():
        seen: list[Exchange] = []
        for sent in tried[:TRIED]:
            seen.append(ask.send(ask.small | sent))
            if subject.reader.means(seen[-1].reply, (error,)):
                break
        else:
            where = f"/x-lookalike/errors/{error}"
            yield Broken(
                f"the error {error} does not come, though it should: {told(tried[0])}", "", where, tuple(seen[:1])
            )


def _ways(subject: Subject, ask: Asking) -> dict[str, list[Sent]]:
    """Error -> what brings it, and it alone."""
    found: dict[str, list[Sent]] = {}
    for name, pool in ask.pools.items():
        for value in pool:
            errors = {subject.error(each) for each in reactions(subject, ask.fields[name], value) if each not in MENDS}
            if value.plain and len(errors) == 1 and not ask.expected({name: value}).beyond & errors:
                found.setdefault(errors.pop(), []).append({name: value})
    return found


def _differing(subject: Subject, exchange: Exchange, aspects: tuple[Aspect, ...]) -> Iterator[Broken]:
    reader, reply = subject.reader, exchange.reply
    # what says that it went well is no error, whatever its status says
    if reader.is_good(reply) or reader.claims_good(reply) or reader.errors(reply):
        return
    form, differences = reader.nearest(reply)
    # under a status of success that the error does not have, it may be anything: other checks tell what
    if 200 <= reply.status < 300 and any(found.aspect == "status" for found in differences):
        return
    for found in differences:
        if found.aspect in aspects:
            where = f"/x-lookalike/errors/{form.id}"
            yield Broken(f"most like the error {form.id}, but {found.message}", found.pointer, where, (exchange,))
