"""What the vectors of Alibaba Cloud's signatures share: the demo account, and a search of a picture."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import quote

from lookalike_specs import load_api
from lookalike_specs.messages import Request
from lookalike_specs.vectors import VectorGroup

from .mutations import BLACK_PNG
from .suite_builder import NOW, format_time

API = load_api("aliyun")
DEMO_ACCOUNT = API.root.accounts["demo"]
STS_ACCOUNT = API.root.accounts["sts"]
CREDENTIALS = {name: DEMO_ACCOUNT[name] for name in ("AccessKeyId", "AccessKeySecret")}
TEMPORARY = {name: STS_ACCOUNT[name] for name in ("AccessKeyId", "AccessKeySecret", "SecurityToken")}
KEY, SECRET = CREDENTIALS.values()
TOKEN = TEMPORARY["SecurityToken"]
SKEW = API.operations[0].schemes[0].extension.skew
SKEW_LIMIT = timedelta(seconds=SKEW)
# the smallest step that a time of signing can be off
SECOND = timedelta(seconds=1)
HOST = "imagesearch.cn-shanghai.aliyuncs.com"
SEARCH_FORM = f"InstanceName=demoinstance1&PicContent={quote(BLACK_PNG, safe='')}&Num=1"
# Queries, or ends of a form, that each scheme sorts the same.
SORTED_QUERIES = (
    ("Capitals come before `_`, and `_` before small letters", "SortOrder", "a=1&_=2&B=3&b=4&A=5"),
    ("Names are sorted, not pairs: `a` comes before `a-`, though `a-=` comes before `a=`", "SortOrder", "a-=1&a=2&a.=3"),
    ("Numbers in names are no numbers: Tag.1, Tag.10, Tag.2", "SortOrder", "Tag.2=1&Tag.10=2&Tag.1=3"),
)  # fmt: skip


def build_group(
    comment: str, credentials: Mapping[str, str] = CREDENTIALS, *, time: datetime = NOW, api: str = API.id
) -> VectorGroup:
    """Return an empty group with that key, of a scheme that has a time."""
    return VectorGroup(
        comment=comment, api=api, credentials=dict(credentials), clock=format_time(time), skew=SKEW, tests=()
    )


def build_post(query: str, body: str, *headers: tuple[str, str], path: str = "/", host: str = HOST) -> Request:
    """Return a request with a form."""
    pairs = (("host", host), ("content-type", "application/x-www-form-urlencoded"), *headers)
    raw = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs)
    return Request(method="POST", scheme="https", path=path, query=query.encode(), headers=raw, body=body.encode())
