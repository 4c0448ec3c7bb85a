"""Saboteurs in JavaScript, as the table of those in Python has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .saboteur import Saboteur

NODE_SABOTEURS: Final[Mapping[str, Saboteur]] = {
    "node-page-size-beyond-the-limit": Saboteur("sent/conformant", "tmapi/ok", "tmapi.mjs", "page_size: task.page_size", "page_size: 50"),
    "node-undefined-in-the-query": Saboteur("sent/conformant", "daji-1688/ok", "daji_1688.mjs", 'country: "en" }', 'country: "en", categoryId: undefined }'),
    "node-sign-by-the-secret-alone": Saboteur("sent/conformant", "daji-taobao/ok", "daji.mjs", "`secret=${credentials.appSecret}`", "credentials.appSecret"),
    "node-encoded-as-a-url": Saboteur("sent/conformant", "aliyun/ok", "aliyun.mjs", "return encodeURIComponent(value).replace", "return encodeURI(value).replace"),
    "node-no-content-type": Saboteur("sent/conformant", "hiobuy/ok", "hiobuy.mjs", '"content-type": "application/json", ', ""),
    "node-an-answer-of-its-own": Saboteur("sent/anything", "hiobuy/ok", "hiobuy.mjs", "  return callApi(", "  return Promise.resolve({ items: [] });\n  return callApi("),
    "node-the-first-of-an-empty-page": Saboteur("result/success", "aliyun/empty", "aliyun.mjs", "  return { items: body.Auctions", "  console.error(body.Auctions[0].ProductId);\n  return { items: body.Auctions"),
    "node-null-is-no-text": Saboteur("result/success", "tmapi/nulls", "tmapi.mjs", "id: item.item_id,", "id: item.item_id, shop: item.shop_info.login_id.trim(),"),
    "node-rounded-ids": Saboteur("result/items", "tmapi/extremes-ids", "transport.mjs", "JSON.parse(safe)", "JSON.parse(text)"),
    "node-never-reads-the-id": Saboteur("result/items", "daji-1688/ok", "daji_1688.mjs", "id: item.offerId", 'id: item.id ?? ""'),
    "node-sorted-as-texts": Saboteur("result/items", "tmapi/ok", "tmapi.mjs", "items: data.items.map(readItem)", "items: data.items.map(readItem).sort((a, b) => (a.price < b.price ? -1 : 1))"),
    "node-the-total-is-of-the-page": Saboteur("result/total", "hiobuy/ok", "hiobuy.mjs", "total: result.total_results", "total: result.item.length"),
    "node-an-error-in-http-200": Saboteur("failure/reported", "tmapi/439", "tmapi.mjs", "if (status !== 200 || code !== 200) throw", "if (body.data === null) return { items: [] };\n  if (status !== 200) throw", "tmapi.error-format=http-200"),
    "node-any-failure-is-nothing-found": Saboteur("failure/reported", "tmapi/reset-inside", "transport.mjs", "answer = await tasks[task.task](task).catch((error) => ({ error: { kind: error.kind ?? error.name, message: error.message } }));", "answer = await tasks[task.task](task).catch(() => ({ items: [] }));"),
    "node-ret-0-is-success": Saboteur("failure/reported", "hiobuy/unknown-uuid", "hiobuy.mjs", "status !== 200 || body.ret !== 1) throw", "body.data === null) return { items: [] };\n  if (status !== 200) throw"),
    "node-no-message": Saboteur("failure/message", "daji-1688/bad-sign", "transport.mjs", "{ kind: error.kind ?? error.name, message: error.message }", '{ kind: "", message: "" }'),
    "node-422-is-a-wrong-key": Saboteur("failure/kind", "tmapi/422", "tmapi.mjs", '  422: "BadRequest",', '  422: "BadCredential",'),
    "node-throttling-is-a-wrong-key": Saboteur("failure/kind", "aliyun/DeniedRequest", "aliyun.mjs", '  DeniedRequest: "RateLimited",', '  DeniedRequest: "BadCredential",'),
    "node-exits-where-it-is-refused": Saboteur("failure/crash", "daji-taobao/bad-parameter", "daji.mjs", "  if (status !== 200 || code", '  if (status !== 200) process.exit(1);\n  if (status !== 200 || code'),
    "node-prints-what-it-got": Saboteur("failure/crash", "tmapi/ok", "tmapi.mjs", "  const code = body.code", "  console.log(body);\n  const code = body.code"),
    "node-no-limit-of-time": Saboteur("failure/hang", "hiobuy/server-error", "hiobuy.mjs", "status !== 200 || body.ret !== 1) throw", "body.ret !== 1) return new Promise(() => setInterval(() => {}, 1000));\n  if (status !== 200) throw", timeout=1.5),
    "node-never-gives-up": Saboteur("retry/bounded", "tmapi/503", "transport.mjs", "MAX_ATTEMPTS = 3;\nconst FIRST_PAUSE = 200;", "MAX_ATTEMPTS = 14;\nconst FIRST_PAUSE = 0.05;"),
    "node-all-again": Saboteur("retry/permanent", "aliyun/InvalidAccessKeyId.NotFound", "transport.mjs", "!error.mayRetry || isLast", "isLast"),
    "node-an-empty-account-again": Saboteur("retry/permanent", "daji-1688/quota-used-up", "transport.mjs", "!error.mayRetry || isLast", "isLast"),
    "node-at-once-again": Saboteur("retry/pause", "daji-taobao/rate-limited", "transport.mjs", "const FIRST_PAUSE = 200;", "const FIRST_PAUSE = 0;"),
    "node-milliseconds-as-seconds": Saboteur("retry/pause", "aliyun/Throttling.User.RetryAfter", "transport.mjs", "return Number(milliseconds);", "return Number(milliseconds) / 1000;"),
    "node-signed-once": Saboteur("retry/nonce", "aliyun/InternalError", "aliyun.mjs", "  return callApi(() => buildRequest(task.base_url, form, task.credentials), ", "  const request = buildRequest(task.base_url, form, task.credentials);\n  return callApi(() => request, "),
    "node-the-url-in-the-error": Saboteur("secret/words", "tmapi/reset-before", "transport.mjs", "error.cause?.code ?? error.name", "`GET ${url}: ${error.message}`"),
    "node-the-request-on-stderr": Saboteur("secret/words", "hiobuy/ok", "hiobuy.mjs", "  return callApi(", "  console.error(request.headers);\n  return callApi("),
    "node-the-string-to-sign": Saboteur("secret/words", "daji-taobao/ok", "daji.mjs", "  const digest =", "  console.error(text);\n  const digest ="),
    "node-a-short-page-is-the-end": Saboteur("pages/complete", "tmapi/search-all:short-page", "transport.mjs", "items.size >= (result.total ?? Infinity)", "result.items.length < 10"),
    "node-until-a-page-is-empty": Saboteur("pages/end", "daji-taobao/search-all:last-page-again", "transport.mjs", "items.size === countBefore || items.size >= (result.total ?? Infinity)", "result.items.length === 0"),
    "node-without-the-first-one": Saboteur("pages/items", "daji-1688/search-all:ok", "transport.mjs", "return { items: [...items.values()] };", "return { items: [...items.values()].slice(1) };"),
    "node-an-id-that-is-rounded": Saboteur("result/image", "daji-1688/upload:ok", "daji.mjs", "String(readData(status, body).imageId)", "String(Number(readData(status, body).imageId))"),
    "node-an-upload-again": Saboteur("retry/unsafe", "daji-taobao/upload:reset-inside", "transport.mjs", '(options.method ?? "GET") === "GET"', "true"),
    "node-no-deadline": Saboteur("wire/deadline", "daji-taobao/wire:slow-body", "transport.mjs", "{ ...options, signal }", "{ ...options }", timeout=1.5),
    "node-all-that-comes": Saboteur("wire/bounded", "hiobuy/wire:endless-body", "transport.mjs", "if (length > MAX_BODY_LENGTH)", "if (length < 0)", timeout=6),
    "node-the-body-to-wherever": Saboteur("wire/redirect", "aliyun/wire:redirect", "transport.mjs", 'redirect: "manual"', 'redirect: "follow"'),
    "node-any-certificate-will-do": Saboteur("wire/certificate", "tmapi/wire:unknown-ca", "transport.mjs", "const MAX_PAGES = 50;", 'process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";\nconst MAX_PAGES = 50;'),
}  # fmt: skip
