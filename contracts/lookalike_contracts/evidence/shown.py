"""A finding with everything that is needed to see it again, and nothing that is secret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lookalike_specs import Api
from lookalike_specs.place import Place, place
from lookalike_specs.veil import Veil

from ..finding import Finding
from .curl import lines
from .known import Known
from .python import snippet
from .secrets import veil
from .text import covered, cut, reply_text, request_text


@dataclass(frozen=True)
class Shown:
    """A finding as it may be printed.

    `curl` and `python` repeat the requests, with credentials from the environment. `request` and `reply` are the two
    sides, several exchanges numbered. `place` is where the rule stands; `message` and `pointer` are the finding's.
    """

    message: str
    pointer: str
    curl: str
    python: str
    request: str
    reply: str
    place: Place


def shown(finding: Finding, api: Api, account: Mapping[str, str]) -> Shown:
    """The finding with its evidence, secrets covered; `account` is who asked."""
    exchanges = finding.exchanges
    cover = veil(api, account, exchanges)
    requests = [_known(finding, api, account, at, cover) for at in range(len(exchanges))]
    return Shown(
        message=cut(covered(finding.message, cover)),
        pointer=cut(covered(finding.pointer, cover)),
        curl=lines(requests),
        python=snippet(requests) if requests else "",
        request=_numbered([request_text(known.request, cover, known.url) for known in requests]),
        reply=_numbered([reply_text(exchange.reply, cover) for exchange in exchanges]),
        place=_place(finding, cover),
    )


def _known(finding: Finding, api: Api, account: Mapping[str, str], at: int, cover: Veil) -> Known:
    request = finding.exchanges[at].request
    same = next((i for i, each in enumerate(finding.exchanges[:at], 1) if each.request == request), 0)
    base = finding.url or f"{request.scheme}://{request.host}"
    return Known(api, finding.operation, account, request, base, cover, same)


def _place(finding: Finding, cover: Veil) -> Place:
    found = place(finding.api, finding.rule)
    return replace(found, pointer=covered(found.pointer, cover))


def _numbered(texts: Sequence[str]) -> str:
    if len(texts) < 2:
        return "".join(texts)
    return "\n\n".join(f"# {at} of {len(texts)}\n{text}" for at, text in enumerate(texts, 1))
