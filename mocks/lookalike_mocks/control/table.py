"""The operations of the control API."""

from __future__ import annotations

from typing import Any, Final

from ..demands import Demand
from . import answers, certificate, document, journal, public, sandboxes, situations
from .operation import Operation
from .wishes import Change, NewSandbox, Page, Which, Wrongly

ONE: Final = "sandboxes/{id}"
PICTURE: Final = "image/jpeg"

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        method="GET", path="health", id="getHealth", summary="Whether the server answers",
        handle=public.health, answer=answers.Health, query=None, is_open=True,
    ),
    Operation(
        method="GET", path="openapi.json", id="getDescription", summary="This description",
        handle=lambda ask: document.document(OPERATIONS, ask.mock), answer=dict[str, Any], query=None, is_open=True,
    ),
    Operation(
        method="GET", path="pictures/{name:path}", id="getPicture", summary="A picture of the catalogue",
        handle=public.picture, answer=bytes, query=None, is_open=True, media_type=PICTURE, refusals=(404,),
    ),
    Operation(
        method="POST", path="sandboxes", id="createSandbox", summary="Make a sandbox",
        handle=sandboxes.create, body=NewSandbox, status=201, answer=answers.Sandbox,
    ),
    Operation(
        method="GET", path="sandboxes", id="listSandboxes", summary="List the sandboxes of this worker",
        handle=sandboxes.listed, answer=answers.Sandboxes,
    ),
    Operation(
        method="GET", path=ONE, id="getSandbox", summary="Show a sandbox, with its credentials",
        handle=sandboxes.get, answer=answers.Sandbox,
    ),
    Operation(
        method="PATCH", path=ONE, id="changeSandbox", summary="Change a sandbox",
        handle=sandboxes.change, body=Change, answer=answers.Sandbox,
    ),
    Operation(
        method="DELETE", path=ONE, id="deleteSandbox", summary="Delete a sandbox",
        handle=sandboxes.delete, status=204, refusals=(409,),
    ),
    Operation(
        method="POST", path=f"{ONE}/reset", id="resetSandbox", summary="Forget what happened in a sandbox",
        handle=sandboxes.reset, status=204,
    ),
    Operation(
        method="GET", path=f"{ONE}/situations", id="listWaitingSituations", summary="List the situations that wait",
        handle=situations.waiting, answer=answers.Waiting,
    ),
    Operation(
        method="POST", path=f"{ONE}/situations", id="addSituation", summary="Bring a situation",
        handle=situations.add, body=Demand, status=201, answer=answers.Waiting, refusals=(409,),
    ),
    Operation(
        method="DELETE", path=f"{ONE}/situations", id="takeBackSituations", summary="Take situations back",
        handle=situations.take_back, query=Which, answer=answers.TakenBack,
    ),
    Operation(
        method="GET", path=f"{ONE}/journal", id="getJournal", summary="Show what was asked and answered",
        handle=journal.get, query=Page, answer=answers.Journal,
    ),
    Operation(
        method="DELETE", path=f"{ONE}/journal", id="clearJournal", summary="Clear the journal",
        handle=journal.clear, status=204,
    ),
    Operation(
        method="GET", path="situations", id="listSituations", summary="List all situations, and what brings them",
        handle=situations.everything, answer=answers.Situations,
    ),
    Operation(
        method="GET", path="certificate", id="getCertificate", summary="Show the CA to trust over TLS",
        handle=certificate.get, answer=answers.Authority, refusals=(409,),
    ),
    Operation(
        method="POST", path="certificate", id="presentWrongCertificate", summary="Present a wrong certificate",
        handle=certificate.wrong, body=Wrongly, status=204, refusals=(409,),
    ),
    Operation(
        method="DELETE", path="certificate", id="presentRightCertificate", summary="Present the right one again",
        handle=certificate.right, status=204, refusals=(409,),
    ),
)  # fmt: skip
