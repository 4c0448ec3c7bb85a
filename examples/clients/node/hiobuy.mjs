// A client of HioBuy: goods on 1688 that look like a picture. `lookalike certify hiobuy --driver 'node hiobuy.mjs'`.

import { callApi, drive, SearchError } from "./transport.mjs";

const PATH = "/api/client/third-purchase/image/query";
// HTTP status -> the error
const ERRORS = {
  // the vendor's own way to refuse: what is wrong, only words for people say
  200: "Refused",
  400: "BadRequest",
  401: "BadCredential",
  403: "BadCredential",
  404: "BadRequest",
  405: "BadRequest",
  413: "BadRequest",
  422: "BadImage",
  429: "RateLimited",
};

function search(task) {
  const request = {
    url: task.base_url + PATH,
    method: "POST",
    headers: { "content-type": "application/json", "X-Uuid": task.credentials["X-Uuid"], Language: "en_US" },
    body: JSON.stringify({ img: task.image_url, platform: "1688" }),
  };
  return callApi(() => request, readBody, task.timeout);
}

function readBody(status, body) {
  // the API refuses with HTTP 200, too: only `ret` tells
  if (status !== 200 || body.ret !== 1) throw buildError(status, body);
  const result = body.data.items;
  return { items: result.item.map(readItem), total: result.total_results };
}

function buildError(status, body) {
  const kind = ERRORS[status] ?? "Unavailable";
  return new SearchError(kind, `HTTP ${status}, ret ${body.ret}: ${body.msg}`, kind === "RateLimited");
}

function readItem(item) {
  return { id: item.num_iid, title: item.title, price: item.price, url: item.detail_url };
}

await drive("hiobuy.mjs", { search });
