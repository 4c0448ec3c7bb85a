"""The file-object calls of alibabacloud_imagesearch20201214 4.2.0, which uploads as `protocol` says.

Run by test_aliyun_files.py in a Python that sees that version alone. Standard input: {folder, endpoint, key, secret,
picture, copy}, the last two in Base64. Prints what each call found.
"""

import asyncio
import json
import sys
from base64 import b64decode
from io import BytesIO

asked = json.load(sys.stdin)
sys.path.insert(0, asked["folder"])

from alibabacloud_imagesearch20201214 import models  # noqa: E402 - that folder's
from alibabacloud_imagesearch20201214.client import Client  # noqa: E402
from alibabacloud_tea_openapi.models import Config  # noqa: E402
from alibabacloud_tea_util.models import RuntimeOptions  # noqa: E402

keys = {"access_key_id": asked["key"], "access_key_secret": asked["secret"]}
client = Client(Config(endpoint=asked["endpoint"], protocol="http", region_id="cn-shanghai", **keys))
client._open_platform_endpoint = asked["endpoint"]


def open_input(name):
    return BytesIO(b64decode(asked[name]))


def build_search():
    return models.SearchImageByPicAdvanceRequest(instance_name="demoinstance1", pic_content_object=open_input("copy"))


added = client.add_image_advance(
    models.AddImageAdvanceRequest(
        instance_name="demoinstance1", product_id="p1", pic_name="a.png", pic_content_object=open_input("picture")
    ),
    RuntimeOptions(),
)
found = [client.search_image_by_pic_advance(build_search(), RuntimeOptions())]
found.append(asyncio.run(client.search_image_by_pic_advance_async(build_search(), RuntimeOptions())))
firsts = [each.body.auctions[0] for each in found]
print(json.dumps({"added": added.body.message, "found": [[each.pic_name, each.score] for each in firsts]}))
