"""What a bad proof is refused with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from ...finding import Broken, Exchange
from ...registry import probe
from ...subject import Subject
from .changed import body_trials
from .clock import clock_trials, replay_trials, time_trials
from .credentials import key_trials, missing_trials, place_trials, secret_trials
from .exact import word_trials
from .policy import policy_trials
from .signer import Signer
from .trial import Trial
from .which import ages, has_policy, is_sent, signers

Trials = Callable[[Signer], Iterator[Trial]]
ALWAYS: Final[tuple[Trials, ...]] = (missing_trials, key_trials, secret_trials, word_trials, body_trials)
AGEING: Final[tuple[Trials, ...]] = (clock_trials, time_trials, replay_trials)


@probe(
    "signature/error",
    says="A bad proof is refused with the vendor's error for the way in which it is bad.",
    why="Clients tell a clock that is wrong from a secret that is wrong by the error alone.",
    how="Answer each kind of refusal with the error that the security scheme has for it, word for word.",
    source="the errors of the security schemes of each document",
)
def error(subject: Subject) -> Iterator[Broken]:
    """One request for each kind of refusal; what is accepted is told by others."""
    for signer in signers(subject):
        yield from _wrong(signer)


def _wrong(signer: Signer) -> Iterator[Broken]:
    for trial in _one_of_each(signer):
        exchange = signer.subject.send(trial.make())
        if told := _told(signer, trial, exchange):
            exchange = signer.subject.send(trial.make())
            if told == _told(signer, trial, exchange):
                yield Broken(f"a request {trial.told} is {told}", "", signer.rule(trial.kind), (exchange,))


def _one_of_each(signer: Signer) -> Iterator[Trial]:
    """The first trial for each kind of refusal whose error is told."""
    met: set[tuple[str, frozenset[str]]] = set()
    for trials in (*ALWAYS, *_more(signer)):
        for trial in trials(signer):
            if trial.errors and (trial.kind, trial.errors) not in met:
                met.add((trial.kind, trial.errors))
                yield trial


def _more(signer: Signer) -> tuple[Trials, ...]:
    ageing = AGEING if ages(signer) else ()
    policies: tuple[Trials, ...] = (policy_trials,) if has_policy(signer) else ()
    return (*ageing, *policies, *((place_trials,) if is_sent(signer) else ()))


def _told(signer: Signer, trial: Trial, exchange: Exchange) -> str:
    """How it is refused otherwise than it has to be; "" when it is not, or is accepted."""
    reader, reply = signer.subject.reader, exchange.reply
    if reader.is_good(reply):
        return ""
    wanted = sorted(trial.errors)
    found = [reader.differences(reply, error) for error in wanted]
    if not all(found):
        return ""
    return f"not refused as {' or '.join(wanted)}: {found[0][0].message}"
