"""One request on its way through the pipeline."""

from __future__ import annotations

from typing import Any

import msgspec

from lookalike_specs.messages import Pairs, Request

from .faults import Delay
from .service import Account, Endpoint, Service


class RequestContext(msgspec.Struct):
    """What each step of the pipeline knows of the request; a step fills in what it finds out.

    `sent` holds the typed values that were sent, `values` those and the defaults; `facts` fill an error's message;
    `path_values` are the texts in the place of the path's `{names}`;
    `magic` names the parameter whose value brought the situation, if one did; `fault` is what happens to the answer.
    """

    service: Service
    endpoint: Endpoint
    request: Request
    query: Pairs
    form: Pairs = ()
    json_body: Any = None
    account: Account | None = None
    sent_values: dict[str, Any] = {}
    values: dict[str, Any] = {}
    situation: str = ""
    trigger_parameter: str = ""
    template_values: dict[str, Any] = {}
    fault: str = ""
    delay: Delay = Delay()
    files: dict[str, bytes] = {}
    path_values: dict[str, str] = {}

    def allows_situation(self, situation: str) -> bool:
        """Whether its operation can be in that situation."""
        return self.service.has_situation(situation) and situation not in self.endpoint.foreign_errors

    @property
    def pairs(self) -> Pairs:
        """Query and form together, as they are signed."""
        return self.query + self.form if self.form else self.query
