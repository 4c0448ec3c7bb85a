"""Signs the requests of tests by a scheme of Alibaba Cloud's, with the demo key where no other is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from lookalike_specs.messages import Request
from lookalike_specs.signing import Stages

from .alibaba_cloud import KEY, SECRET
from .suite_builder import NOW, SchemeAdapter, format_time, index_stages


@dataclass(frozen=True)
class SchemeSigner:
    """Signs as a client of the scheme does.

    `signer` is the scheme's own function, which takes the time as `time_parameter`, written by `format_time`.
    `put_signature` puts a signature of the caller's own into a request. Nonces are numbered, so that each run writes
    the same bytes.
    """

    adapter: SchemeAdapter
    signer: Callable[..., Request]
    put_signature: Callable[[Request, str], Request]
    time_parameter: str = "timestamp"
    format_time: Callable[[datetime], str] = format_time
    nonce_numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def nonce_prefix(self) -> str:
        """Return what the scheme's nonces begin with."""
        return self.adapter.scheme.removeprefix("acs-")

    def sign_request(  # noqa: PLR0913 - what a test may have otherwise
        self,
        request: Request,
        *,
        time: datetime = NOW,
        nonce: str | None = "",
        key: str = KEY,
        secret: str = SECRET,
        token: str | None = None,
        **more: str,
    ) -> Request:
        """Return the request with its signature; `nonce` is a new one by default, and None is none at all."""
        if nonce == "":
            nonce = f"{self.nonce_prefix}-vector-{next(self.nonce_numbers)}"
        inputs = {self.time_parameter: self.format_time(time), **more}
        return self.signer(request, key, secret, nonce=nonce, security_token=token, **inputs)

    def compute_stage_texts(self, request: Request) -> dict[str, str]:
        """Return the texts of the stages by their names, with the demo account's secret."""
        stages = self.adapter.recompute_stages(request, SECRET)
        if not isinstance(stages, Stages):
            raise AssertionError(stages)
        return index_stages(stages)

    def sign_again(self, request: Request) -> Request:
        """Return the request with the signature that it should have as it is now."""
        return self.put_signature(request, self.compute_stage_texts(request)["signature"])
