// A client of TMAPI: goods on 1688 that look like a picture. `lookalike certify tmapi --driver 'node tmapi.mjs'`.

import { callApi, collectPages, drive, SearchError } from "./transport.mjs";

const PATH = "/1688/global/search/image";
const CONVERSION_PATH = "/1688/tools/image/convert_url";
// code of the answer, or its HTTP status where the gateway gives none -> the error
const ERRORS = {
  401: "BadCredential",
  4011: "BadCredential",
  404: "BadRequest",
  405: "BadRequest",
  417: "Unavailable",
  422: "BadRequest",
  439: "QuotaExceeded",
  499: "Unavailable",
  503: "RateLimited",
};
// those for which the vendor's page asks to try again
const RETRIED_CODES = [417, 499, 503];

function search(task) {
  return searchPage(task, task.page, task.timeout);
}

function searchAll(task) {
  return collectPages((page, timeout) => searchPage(task, page, timeout), task.timeout);
}

// Returns the path by which the API finds the picture: searches take it in place of an address.
async function upload(task) {
  const request = {
    url: `${task.base_url}${CONVERSION_PATH}?${new URLSearchParams({ apiToken: task.credentials.apiToken })}`,
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ url: task.image_url }),
  };
  return callApi(() => request, (status, body) => ({ image: readData(status, body).image_url }), task.timeout);
}

function searchPage(task, page, timeout) {
  const parameters = new URLSearchParams({
    apiToken: task.credentials.apiToken,
    img_url: task.image_url,
    page,
    page_size: task.page_size,
  });
  return callApi(() => ({ url: `${task.base_url}${PATH}?${parameters}` }), readBody, timeout);
}

function readBody(status, body) {
  const data = readData(status, body);
  return { items: data.items.map(readItem), total: data.total_count };
}

function readData(status, body) {
  const code = body.code ?? status;
  // an error may come with HTTP 200
  if (status !== 200 || code !== 200) throw buildError(code, String(body.msg ?? body.message));
  return body.data;
}

function buildError(code, message) {
  let kind = ERRORS[code] ?? "Unavailable";
  // one code has two meanings, and only the words tell
  if (code === 422 && message.includes("convert")) kind = "BadImage";
  if (message.includes("nsufficient balance")) kind = "QuotaExceeded";
  return new SearchError(kind, `${code}: ${message}`, RETRIED_CODES.includes(code));
}

function readItem(item) {
  return { id: item.item_id, title: item.title, price: item.price, url: item.product_url };
}

await drive("tmapi.mjs", { search, "search-all": searchAll, upload });
