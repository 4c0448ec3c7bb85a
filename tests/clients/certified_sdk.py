"""Alibaba Cloud's own Python SDK as a client to be certified, used as its page shows it."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from alibabacloud_imagesearch20201214.client import Client
from alibabacloud_imagesearch20201214.models import SearchImageByPicRequest
from alibabacloud_tea_openapi.models import Config

# what the SDK's classes of errors say
ERROR_KINDS: Final = {
    "ClientException": ["credential", "signature", "quota", "parameter", "image", "request"],
    "ServerException": "server",
    "ThrottlingException": "rate",
    "UnretryableException": "transport",
}
MARGIN: Final = 0.5


def search(task: Any) -> dict[str, Any]:
    """Return the pictures that the SDK finds, and how many there are."""
    credentials = task.credentials
    # the SDK's own limit is for connecting and for each read, in milliseconds
    milliseconds = int((task.timeout - MARGIN) * 1000)
    config = Config(
        access_key_id=credentials["AccessKeyId"],
        access_key_secret=credentials["AccessKeySecret"],
        endpoint=urlsplit(task.base_url).netloc,
        protocol=urlsplit(task.base_url).scheme,
        connect_timeout=milliseconds,
        read_timeout=milliseconds,
    )
    request = SearchImageByPicRequest(
        instance_name=credentials["InstanceName"],
        pic_content=b64encode(Path(task.image_path).read_bytes()).decode(),
        num=task.page_size,
        start=(task.page - 1) * task.page_size,
    )
    body = Client(config).search_image_by_pic(request).body
    items = [{"id": f"{picture.product_id}/{picture.pic_name}"} for picture in body.auctions]
    return {"items": items, "total": max(body.head.docs_return, body.head.docs_found)}
