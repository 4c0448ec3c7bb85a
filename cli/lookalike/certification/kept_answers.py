"""Answers that broke a client, kept in a folder: as data, and as a test in Python and in Node.js.

Whoever names the folder again has them played first, before any that is drawn.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal

import msgspec

from lookalike_contracts.certification.answers.classify import edit_response
from lookalike_contracts.certification.answers.drawing import Candidates
from lookalike_contracts.certification.answers.drawn_answer import DrawnKind, EditCandidate, EditMeaning
from lookalike_contracts.certification.answers.places import GoodAnswer
from lookalike_contracts.certification.served_items import ServedPage, list_item_ids
from lookalike_contracts.responses.json_body import parse_json_body
from lookalike_specs.answer_edits import AnswerEdit, validate_edits
from lookalike_specs.files import write_atomically
from lookalike_specs.messages import Response
from lookalike_specs.pointers import MISSING
from lookalike_specs.provenance import Source

from .kept_tests import NODE_TEST, PYTHON_TEST

MAX_FILE_BYTES: Final = 1 << 20
DIGEST_LENGTH: Final = 8


class UnreadableAnswer(Exception):
    """A file of the folder is no kept answer."""


class KeptEdit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An edit, what it means, and who says that the document allows or forbids it."""

    edit: AnswerEdit
    meaning: EditMeaning
    source: Source


class KeptReply(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The answer as it came: `body` where it is UTF-8, `body_base64` where it is not."""

    status: int
    media_type: str
    body: str | None = None
    body_base64: str | None = None


class KeptAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer that broke a client; `words` say how.

    `ids` has for each item of the answer all texts that may be its id. `credentials` are the names that a client of the
    API needs, `image_url` is what was searched by.
    """

    version: Literal[1] = 1
    id: str
    kind: DrawnKind
    api: str
    operation: str
    words: str
    edits: list[KeptEdit]
    response: KeptReply
    ids: list[list[str]]
    credentials: list[str]
    image_url: str

    @property
    def candidates(self) -> Candidates:
        """Return the edits as they are played."""
        return tuple(EditCandidate(kept.edit, kept.meaning, kept.source) for kept in self.edits)


def build_kept_answer(
    case_id: str, kind: DrawnKind, answer: GoodAnswer, candidates: Candidates, words: str
) -> KeptAnswer:
    """Return what is kept of a good answer with edits that broke a client."""
    response = edit_response(answer, candidates)
    body = parse_json_body(response)
    if kind == "forbidden" or body is MISSING:
        # whoever does not need what is broken gives the items of the good answer
        body = answer.body
    return KeptAnswer(
        id=case_id,
        kind=kind,
        api=answer.api.id,
        operation=answer.operation.id,
        words=words,
        edits=[KeptEdit(candidate.edit, candidate.meaning, candidate.source) for candidate in candidates],
        response=_build_reply(response),
        ids=[sorted(ids) for ids in list_item_ids(ServedPage(answer.operation, body))],
        credentials=sorted(answer.api.account),
        image_url="https://cbu01.alicdn.com/image.jpg",
    )


def _build_reply(response: Response) -> KeptReply:
    try:
        return KeptReply(response.status, response.media_type, body=response.body.decode())
    except UnicodeDecodeError:
        # cut in the middle of a letter
        return KeptReply(response.status, response.media_type, body_base64=b64encode(response.body).decode())


def write_kept_answer(folder: Path, kept: KeptAnswer, client: str) -> None:
    """Write an answer and the two tests of it; `client` is `module:function`, or "" for a client in no Python.

    Raise OSError.
    """
    stem = _choose_stem(kept)
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / f"{stem}.json", msgspec.json.format(msgspec.json.encode(kept), indent=2) + b"\n")
    module, _, function = (client or "client:search").partition(":")
    summary = kept.words.replace("\\", "\\\\").replace('"""', "'''").splitlines()[0]
    values = {"STEM": stem, "MODULE": module, "FUNCTION": function, "SUMMARY": summary}
    for name, template in ((f"test_{stem}.py", PYTHON_TEST), (f"{stem}.test.mjs", NODE_TEST)):
        text = template
        for key, value in values.items():
            text = text.replace(f"@{key}@", value)
        write_atomically(folder / name, text.encode("utf-8", "replace"))


def _choose_stem(kept: KeptAnswer) -> str:
    """Return the name of the files: the same for the same edits, so that nothing is kept twice."""
    places = [f"{edit.meaning} {edit.edit.pointer}" for edit in kept.edits]
    digest = sha256("\n".join((kept.id, *places)).encode()).hexdigest()[:DIGEST_LENGTH]
    return f"{kept.api}_{kept.kind}_{digest}".replace("-", "_")


def read_kept_answers(folder: Path) -> tuple[KeptAnswer, ...]:
    """Return the answers of a folder, in the order of their names; none where there is no folder.

    Raise OSError, UnreadableAnswer.
    """
    if not folder.exists():
        return ()
    return tuple(_iter_kept_answers(sorted(folder.glob("*.json"))))


def _iter_kept_answers(paths: Iterable[Path]) -> Iterable[KeptAnswer]:
    for path in paths:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise UnreadableAnswer(f"{path}: it has more than {MAX_FILE_BYTES} bytes")
        try:
            kept = msgspec.json.decode(path.read_bytes(), type=KeptAnswer)
            validate_edits([edit.edit for edit in kept.edits])
        except (ValueError, RecursionError) as error:
            raise UnreadableAnswer(
                f"{path}: it is no answer that `lookalike certify --keep` has written: {error}"
            ) from error
        yield kept
