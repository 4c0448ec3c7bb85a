"""Saboteurs in Python: name -> the check that must catch it, in which case, and what is changed in an exemplary client.

Most do what clients in public repositories do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .saboteur import Saboteur

SENT: Final[Mapping[str, Saboteur]] = {
    "page-size-beyond-the-limit": Saboteur("sent/conformant", "tmapi/ok", "tmapi.py", '"page_size": task.page_size', '"page_size": 50'),
    "parameter-of-another-operation": Saboteur("sent/conformant", "tmapi/ok", "tmapi.py", '"page": page,', '"page": page, "price_start": 5,'),
    "page-from-zero": Saboteur("sent/conformant", "tmapi/ok", "tmapi.py", '"page": page', '"page": 0'),
    "language-in-upper-case": Saboteur("sent/conformant", "tmapi/ok", "tmapi.py", '"page": page,', '"page": page, "language": "EN",'),
    "path-that-nobody-has": Saboteur("sent/conformant", "tmapi/ok", "tmapi.py", "/1688/global/search/image", "/1688/item_search"),
    "token-as-bearer": Saboteur("sent/conformant", "tmapi/ok", "tmapi.py", 'httpx.Request("GET", url, params=parameters)', 'httpx.Request("GET", url, params={"img_url": task.image_url}, headers={"Authorization": "Bearer " + task.credentials["apiToken"]})'),
    "number-for-a-text": Saboteur("sent/conformant", "hiobuy/ok", "hiobuy.py", '"platform": "1688"', '"platform": 1688'),
    "another-name-for-the-image": Saboteur("sent/conformant", "hiobuy/ok", "hiobuy.py", '"img": task.image_url', '"image": task.image_url'),
    "form-for-json": Saboteur("sent/conformant", "hiobuy/ok", "hiobuy.py", "json=query", "data=query"),
    "no-key": Saboteur("sent/conformant", "hiobuy/ok", "hiobuy.py", '"X-Uuid": task.credentials["X-Uuid"], ', ""),
    "sign-in-lower-case": Saboteur("sent/conformant", "daji-1688/ok", "daji.py", ".hexdigest().upper()", ".hexdigest()"),
    "sign-without-the-word-secret": Saboteur("sent/conformant", "daji-1688/ok", "daji.py", "f\"secret={credentials['appSecret']}\"", "credentials['appSecret']"),
    "sign-of-encoded-values": Saboteur("sent/conformant", "daji-1688/ok", "daji.py", 'f"{name}={signed[name]}" for', 'f"{name}={__import__(\'urllib.parse\').parse.quote(signed[name], safe=\'\')}" for'),
    "sign-in-the-order-sent": Saboteur("sent/conformant", "daji-taobao/ok", "daji.py", "for name in sorted(signed)", "for name in signed"),
    "undefined-as-a-value": Saboteur("sent/conformant", "daji-1688/ok", "daji_1688.py", '"country": "en",', '"country": "en", "categoryId": "undefined",'),
    "a-required-one-left-out": Saboteur("sent/conformant", "daji-1688/ok", "daji_1688.py", '        "country": "en",\n', ""),
    "language-of-another-api": Saboteur("sent/conformant", "daji-taobao/ok", "daji_taobao.py", '"picUrl": task.image_url,', '"picUrl": task.image_url, "language": "en",'),
    "too-many-on-a-page": Saboteur("sent/conformant", "daji-taobao/ok", "daji_taobao.py", "str(task.page_size)", '"50"'),
    "host-not-signed": Saboteur("sent/conformant", "aliyun/ok", "aliyun.py", "names = sorted(headers)", "names = sorted(set(headers) - {'host'})"),
    "time-of-the-own-zone": Saboteur("sent/conformant", "aliyun/ok", "aliyun.py", "datetime.now(UTC).strftime", "datetime.fromtimestamp(datetime.now(UTC).timestamp() + 8 * 3600, UTC).strftime"),
    "digest-of-nothing": Saboteur("sent/conformant", "aliyun/ok", "aliyun.py", "sha256(body).hexdigest()", "sha256(b'').hexdigest()"),
    "action-of-nobody": Saboteur("sent/conformant", "aliyun/ok", "aliyun.py", '"x-acs-action": "SearchImageByPic"', '"x-acs-action": "SearchItem"'),
    "more-than-the-most": Saboteur("sent/conformant", "aliyun/ok", "aliyun.py", '"Num": str(task.page_size)', '"Num": "101"'),
    "an-invented-product": Saboteur("sent/anything", "tmapi/ok", "tmapi.py", "    return call_api(", '    return {"items": [{"id": 1}]}\n    return call_api('),
    "an-answer-kept": Saboteur("sent/anything", "aliyun/ok", "aliyun.py", "    return call_api(", '    return {"items": []}\n    return call_api('),
    "a-host-built-in": Saboteur("sent/anything", "hiobuy/ok", "hiobuy.py", "task.base_url + PATH", '"http://127.0.0.1:9" + PATH'),
    "the-demo-of-somebody": Saboteur("sent/anything", "daji-taobao/ok", "daji_taobao.py", "task.base_url + PATH", '"http://127.0.0.1:9" + PATH'),
}  # fmt: skip
RESULTS: Final[Mapping[str, Saboteur]] = {
    "nothing-found-is-an-error": Saboteur("result/success", "tmapi/empty", "tmapi.py", "    return {\"items\": [read", "    if not data['items']:\n        raise SearchError('nothing')\n    return {\"items\": [read"),
    "the-first-of-an-empty-page": Saboteur("result/success", "aliyun/empty", "aliyun.py", "    return {\"items\": [read", "    body['Auctions'][0]\n    return {\"items\": [read"),
    "a-short-patience": Saboteur("result/success", "daji-1688/latency", "daji_1688.py", "read_body, timeout)", "read_body, 1.3)"),
    "a-short-patience-for-bodies": Saboteur("result/success", "hiobuy/slow-body", "hiobuy.py", "task.timeout)", "1.3)"),
    "null-is-no-text": Saboteur("result/success", "tmapi/nulls", "tmapi.py", '"id": item["item_id"],', '"id": item["item_id"], "shop": item["shop_info"]["login_id"].strip(),'),
    "nothing-found-for-the-first-page": Saboteur("result/success", "daji-taobao/empty", "daji_taobao.py", "    data = read_data(status, body)\n", "    data = read_data(status, body)\n    data['data'][0]\n"),
    "only-the-first-five": Saboteur("result/items", "tmapi/full-page", "tmapi.py", 'in data["items"]]', 'in data["items"][:5]]'),
    "the-id-of-another-api": Saboteur("result/items", "tmapi/ok", "tmapi.py", 'item["item_id"]', 'item.get("id", "")'),
    "ids-as-floats": Saboteur("result/items", "tmapi/extremes-ids", "tmapi.py", 'item["item_id"]', 'str(int(float(item["item_id"])) + 1)'),
    "ids-of-32-bits": Saboteur("result/items", "daji-1688/ok", "daji_1688.py", 'item["offerId"]', 'item["offerId"] & 0xFFFFFFFF'),
    "cheapest-first": Saboteur("result/items", "hiobuy/ok", "hiobuy.py", 'in result["item"]]', 'in sorted(result["item"], key=lambda item: float(item["price"]))]'),
    "the-last-one-left-out": Saboteur("result/items", "daji-taobao/ok", "daji_taobao.py", 'in data["data"]]', 'in data["data"][:-1]]'),
    "each-one-twice": Saboteur("result/items", "aliyun/ok", "aliyun.py", 'in body["Auctions"]]', 'in body["Auctions"] * 2]'),
    "an-id-in-upper-case": Saboteur("result/items", "daji-taobao/ok", "daji_taobao.py", 'item["itemId"]', 'item["itemId"].upper()'),
    "the-total-is-of-the-page": Saboteur("result/total", "tmapi/ok", "tmapi.py", 'data["total_count"]', 'len(data["items"])'),
    "the-total-is-always-20": Saboteur("result/total", "hiobuy/ok", "hiobuy.py", 'result["total_results"]', "20"),
    "the-total-counts-pages": Saboteur("result/total", "daji-1688/ok", "daji_1688.py", 'data["totalRecords"]', 'data["totalPage"]'),
    "the-total-by-its-name": Saboteur("result/total", "aliyun/ok", "aliyun.py", '"DocsReturn"', '"DocsFound"'),
}  # fmt: skip
FAILURES: Final[Mapping[str, Saboteur]] = {
    "an-error-in-http-200": Saboteur("failure/reported", "tmapi/439", "tmapi.py", "status != 200 or code != 200:", "status != 200:\n        pass\n    if code != 200:\n        return {'items': [], 'total_count': 0}\n    if False:", "tmapi.error-format=http-200"),
    "every-error-is-nothing-found": Saboteur("failure/reported", "tmapi/422", "tmapi.py", "    return call_api(lambda: httpx.Request(\"GET\", url, params=parameters), read_body, timeout)", "    try:\n        return call_api(lambda: httpx.Request(\"GET\", url, params=parameters), read_body, timeout)\n    except SearchError:\n        return {'items': []}"),
    "half-a-json-is-nothing-found": Saboteur("failure/reported", "tmapi/malformed-json", "transport.py", '        raise Unavailable("the answer is no JSON") from None', "        return {'code': 200, 'data': {'items': [], 'total_count': 0}}"),
    "a-reset-is-nothing-found": Saboteur("failure/reported", "daji-1688/reset-before", "daji_1688.py", "    return call_api(build_request, read_body, timeout)", "    try:\n        return call_api(build_request, read_body, timeout)\n    except Exception:\n        return []"),
    "ret-0-is-success": Saboteur("failure/reported", "hiobuy/too-frequent", "hiobuy.py", 'status != 200 or body.get("ret") != 1:', "status == 200 and not body.get('data'):\n        return {'items': []}\n    if status != 200:"),
    "404-is-no-such-product": Saboteur("failure/reported", "daji-taobao/not-found", "daji_taobao.py", "    data = read_data(status, body)\n", "    if status == 404:\n        return {'items': []}\n    data = read_data(status, body)\n"),
    "no-quota-is-nothing-found": Saboteur("failure/reported", "daji-taobao/quota-used-up", "daji.py", "    if status != 200 or code != 200:", "    if code == 1009:\n        return {'data': []}\n    if status != 200 or code != 200:"),
    "in-body-errors-unread": Saboteur("failure/reported", "aliyun/InvalidInstance", "aliyun.py", 'status != 200 or body.get("Code") != 0:', "status == 200 and 'Auctions' not in body:\n        return {'items': []}\n    if status != 200:", "aliyun.error-format=in-body"),
    "an-error-without-a-word": Saboteur("failure/message", "tmapi/439", "tmapi.py", '    return error_class(f"{code}: {message}", may_retry=code in RETRIED_CODES)', "    return type('', (SearchError,), {})('')"),
    "a-failure-without-a-name": Saboteur("failure/message", "aliyun/NoPermission", "aliyun.py", '    return error_class(f"{code}: {message}", may_retry=may_retry)', "    return type('', (SearchError,), {})('')"),
    "422-is-a-wrong-key": Saboteur("failure/kind", "tmapi/422", "tmapi.py", "    422: BadRequest,", "    422: BadCredential,"),
    "439-is-a-limit": Saboteur("failure/kind", "tmapi/439", "tmapi.py", "        error_class = QuotaExceeded", "        error_class = RateLimited"),
    "a-denied-request-is-a-wrong-key": Saboteur("failure/kind", "aliyun/DeniedRequest", "aliyun.py", '"DeniedRequest": RateLimited', '"DeniedRequest": BadCredential'),
    "a-used-quota-is-a-bad-request": Saboteur("failure/kind", "daji-1688/quota-used-up", "daji.py", '    "次数": QuotaExceeded,\n', ""),
    "a-wrong-sign-is-a-bad-request": Saboteur("failure/kind", "daji-taobao/bad-sign", "daji.py", '    "签名": BadSignature,\n', ""),
    "ends-where-it-is-refused": Saboteur("failure/crash", "tmapi/439", "tmapi.py", "        raise build_error(", "        raise SystemExit(1)\n        raise build_error("),
    "killed-by-an-assertion-in-c": Saboteur("failure/crash", "aliyun/SearchTimeout", "aliyun.py", "        raise build_error(", "        import os\n        os.abort()\n        raise build_error("),
    "ends-at-html": Saboteur("failure/crash", "hiobuy/html-502", "transport.py", '        raise Unavailable("the answer is no JSON") from None', "        import os\n        os._exit(3)"),
    "waits-for-a-second-answer": Saboteur("failure/hang", "tmapi/439", "tmapi.py", "        raise build_error(", "        import time\n        time.sleep(30)\n        raise build_error(", timeout=1.5),
    "asks-until-it-is-answered": Saboteur("failure/hang", "hiobuy/reset-before", "hiobuy.py", "    return call_api(", "    import time\n    while task:\n        try:\n            httpx.post(url, headers=headers, json=query)\n        except httpx.HTTPError:\n            time.sleep(0.3)\n    return call_api(", timeout=1.5),
    "no-limit-of-time": Saboteur("failure/hang", "daji-1688/bad-sign", "daji.py", "        raise build_error(", "        import socket\n        socket.create_server(('127.0.0.1', 0)).accept()\n        raise build_error(", timeout=1.5),
}  # fmt: skip
RETRIES: Final[Mapping[str, Saboteur]] = {
    "never-gives-up": Saboteur("retry/bounded", "tmapi/503", "transport.py", "MAX_ATTEMPTS = 3\nMAX_PAGES = 50\nFIRST_PAUSE = 0.2  # seconds, doubled for each attempt", "MAX_ATTEMPTS = 20\nMAX_PAGES = 50\nFIRST_PAUSE = 0.000001"),
    "a-hundred-times": Saboteur("retry/bounded", "daji-taobao/rate-limited", "transport.py", "MAX_ATTEMPTS = 3\nMAX_PAGES = 50\nFIRST_PAUSE = 0.2  # seconds, doubled for each attempt", "MAX_ATTEMPTS = 14\nMAX_PAGES = 50\nFIRST_PAUSE = 0.0001"),
    "never-gives-up-the-server": Saboteur("retry/bounded", "aliyun/ServiceUnavailable", "transport.py", "MAX_ATTEMPTS = 3\nMAX_PAGES = 50\nFIRST_PAUSE = 0.2  # seconds, doubled for each attempt", "MAX_ATTEMPTS = 14\nMAX_PAGES = 50\nFIRST_PAUSE = 0.0001"),
    "a-wrong-key-again": Saboteur("retry/permanent", "tmapi/token-refused", "transport.py", "not error.may_retry or is_last", "is_last"),
    "an-empty-account-again": Saboteur("retry/permanent", "tmapi/439", "transport.py", "not error.may_retry or is_last", "is_last"),
    "a-bad-image-again": Saboteur("retry/permanent", "hiobuy/unreadable-image", "transport.py", "not error.may_retry or is_last", "is_last"),
    "a-wrong-sign-again": Saboteur("retry/permanent", "daji-1688/bad-sign", "daji.py", "may_retry=error_class is RateLimited", "may_retry=True"),
    "a-used-quota-again": Saboteur("retry/permanent", "daji-taobao/quota-used-up", "daji.py", "may_retry=error_class is RateLimited", "may_retry=code == 1009"),
    "a-bad-filter-again": Saboteur("retry/permanent", "aliyun/InvalidFilterClause", "aliyun.py", "code not in PERMANENT_FAILURES", "True or code"),
    "at-once-again": Saboteur("retry/pause", "tmapi/503", "transport.py", "FIRST_PAUSE = 0.2", "FIRST_PAUSE = 0.0"),
    "at-once-again-after-a-reset": Saboteur("retry/pause", "daji-taobao/reset-before", "transport.py", "FIRST_PAUSE = 0.2", "FIRST_PAUSE = 0.0"),
    "a-pause-in-another-unit": Saboteur("retry/pause", "aliyun/Throttling.User.RetryAfter", "transport.py", "int(milliseconds) / 1000", "int(milliseconds) / 1_000_000"),
    "only-the-standard-header": Saboteur("retry/pause", "aliyun/Throttling.User.RetryAfter", "transport.py", '"x-acs-retry-after"', '"x-retry-after"'),
    "signed-once": Saboteur("retry/nonce", "aliyun/InternalError", "aliyun.py", "    return call_api(lambda: build_request(task.base_url, body, task.credentials), read_body, timeout)", "    request = build_request(task.base_url, body, task.credentials)\n    return call_api(lambda: request, read_body, timeout)"),
    "a-nonce-of-the-day": Saboteur("retry/nonce", "aliyun/Throttling", "aliyun.py", "uuid.uuid4().hex", 'datetime.now(UTC).strftime("%Y%m%d")'),
    "a-nonce-of-the-body": Saboteur("retry/nonce", "aliyun/ServiceUnavailable", "aliyun.py", "uuid.uuid4().hex", "digest"),
}  # fmt: skip
SECRETS: Final[Mapping[str, Saboteur]] = {
    "the-log-of-httpx": Saboteur("secret/words", "tmapi/ok", "transport.py", 'logging.getLogger("httpx").setLevel(logging.WARNING)', 'logging.getLogger("httpx").setLevel(logging.INFO)'),
    "the-url-in-the-error": Saboteur("secret/words", "tmapi/439", "tmapi.py", "read_body, timeout)", "lambda status, body: read_body(status, body | {'msg': f'{url}?{parameters}'}), timeout)"),
    "the-key-in-a-cause": Saboteur("secret/words", "hiobuy/html-502", "hiobuy.py", "    return call_api(", "    try:\n        return call_api(lambda: httpx.Request('POST', url, headers=headers, json=query), read_body, task.timeout)\n    except SearchError as error:\n        raise ValueError(f'{headers} did not do') from error\n    return call_api("),
    "the-secret-on-stderr": Saboteur("secret/words", "daji-1688/ok", "daji.py", "    return signed |", "    print(text)\n    return signed |"),
    "the-account-in-the-log": Saboteur("secret/words", "aliyun/ok", "aliyun.py", '    names = sorted(headers)\n', '    import logging\n    logging.getLogger("aliyun").debug("signed with %s", credentials)\n    names = sorted(headers)\n'),
    "the-secret-in-base64": Saboteur("secret/words", "daji-taobao/bad-sign", "daji_taobao.py", "    return call_api(", "    import base64, logging\n    logging.warning(base64.b64encode(task.credentials['appSecret'].encode()).decode())\n    return call_api("),
}  # fmt: skip
TOTAL = 'or len(items) >= result.get("total", float("inf"))'
END = 'len(items) == count_before or len(items) >= result.get("total", float("inf"))'
PAGES: Final[Mapping[str, Saboteur]] = {
    "a-short-page-is-the-end": Saboteur("pages/complete", "tmapi/search-all:short-page", "transport.py", TOTAL, "or len(result['items']) < 10"),
    "a-total-that-is-not-read-again": Saboteur("pages/complete", "daji-1688/search-all:ok", "transport.py", TOTAL, "or len(items) >= result['total'] - 10"),
    "a-fixed-number-of-pages": Saboteur("pages/end", "tmapi/search-all:ok", "transport.py", END, "page == 9"),
    "the-last-page-twice": Saboteur("pages/items", "tmapi/search-all:ok", "transport.py", "list(items.values())}", "list(items.values()) + result['items']}"),
    "each-page-upside-down": Saboteur("pages/items", "daji-1688/search-all:ok", "transport.py", 'for item in result["items"]:', 'for item in result["items"][::-1]:'),
    "the-address-for-the-path": Saboteur("result/image", "tmapi/upload:ok", "tmapi.py", "    return path\n\n\ndef read_conversion", "    return 'https://cbu01.alicdn.com' + path\n\n\ndef read_conversion"),
    "the-last-id-again": Saboteur("result/image", "daji-taobao/upload:ok", "daji.py", 'str(read_data(status, body)["imageId"])', '"1048608196202797156"'),
    "an-upload-again-after-a-reset": Saboteur("retry/unsafe", "daji-1688/upload:reset-inside", "transport.py", 'may_retry=request.method == "GET"', "may_retry=True"),
}  # fmt: skip
WIRE: Final[Mapping[str, Saboteur]] = {
    "a-timeout-for-each-read": Saboteur("wire/deadline", "hiobuy/wire:slow-body", "transport.py", "asyncio.timeout(timeout) as scope", "asyncio.timeout(60) as scope"),
    "a-body-without-end": Saboteur("wire/bounded", "daji-1688/wire:endless-body", "transport.py", "MAX_BODY_LENGTH = 8 * 1024 * 1024", "MAX_BODY_LENGTH = 10**9"),
    "a-key-for-another-host": Saboteur("wire/redirect", "hiobuy/wire:redirect", "transport.py", "httpx.AsyncClient(timeout=timeout)", "httpx.AsyncClient(timeout=timeout, follow_redirects=True)"),
    "any-certificate": Saboteur("wire/certificate", "aliyun/wire:unknown-ca", "transport.py", "httpx.AsyncClient(timeout=timeout)", "httpx.AsyncClient(timeout=timeout, verify=False)"),
}  # fmt: skip
VALUES: Final[Mapping[str, Saboteur]] = {
    "an-address-not-encoded": Saboteur("sent/text", "tmapi/text:percent", "tmapi.py", 'httpx.Request("GET", url, params=parameters)', 'httpx.Request("GET", url + "?" + "&".join(f"{name}={value}" for name, value in parameters.items()))'),
    "a-nonce-of-the-hour": Saboteur("sent/nonce", "aliyun/parallel", "aliyun.py", "uuid.uuid4().hex", 'datetime.now(UTC).strftime("%Y%m%d%H")'),
    "titles-in-ascii": Saboteur("result/text", "tmapi/extremes", "tmapi.py", 'item.get("title")', '(item.get("title") or "").encode("ascii", "replace").decode()'),
    "prices-without-cents": Saboteur("result/price", "tmapi/ok", "tmapi.py", 'item.get("price")', 'int(float(item.get("price")))'),
}  # fmt: skip
# what it makes of answers that the document allows, and of those that it forbids
ANSWERS: Final[Mapping[str, Saboteur]] = {
    "no-list-is-no-goods": Saboteur("answers/forbidden", "tmapi/answers:forbidden", "tmapi.py", 'in data["items"]]', 'in data.get("items", [])]'),
    "a-null-list-is-no-goods": Saboteur("answers/forbidden", "hiobuy/answers:forbidden", "hiobuy.py", 'in result["item"]]', 'in result["item"] or ()]'),
    "a-null-is-no-text": Saboteur("answers/allowed", "aliyun/answers:allowed", "aliyun.py", '    return {"id": f"{item[', '    item["CustomContent"].strip()\n    return {"id": f"{item['),
    "a-new-field-is-an-error": Saboteur("answers/allowed", "daji-1688/answers:allowed", "daji_1688.py", '        "id": item["offerId"],', '        "id": item["offerId"] if len(item) < 12 else 1 / 0,'),
}  # fmt: skip
PYTHON_SABOTEURS: Final[Mapping[str, Saboteur]] = {
    **SENT,
    **RESULTS,
    **FAILURES,
    **RETRIES,
    **SECRETS,
    **PAGES,
    **WIRE,
    **VALUES,
    **ANSWERS,
}
