// A client of Alibaba Cloud Image Search, by the RPC signature. `lookalike certify aliyun --driver 'node aliyun.mjs'`.

import { createHmac, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { callApi, collectPages, drive, SearchError } from "./transport.mjs";

// how a code begins -> the error; the first that fits
const ERRORS = {
  InvalidAccessKeyId: "BadCredential",
  InvalidSecurityToken: "BadCredential",
  MissingAccessKeyId: "BadCredential",
  MissingSecurityToken: "BadCredential",
  NoPermission: "BadCredential",
  SignatureDoesNotMatch: "BadSignature",
  SignatureNonceUsed: "BadSignature",
  IncompleteSignature: "BadSignature",
  InvalidTimeStamp: "BadSignature",
  MissingTimestamp: "BadSignature",
  MissingSignature: "BadSignature",
  ContentMD5NotMatched: "BadSignature",
  InstanceOverQuota: "QuotaExceeded",
  InstanceStatusError: "QuotaExceeded",
  Throttling: "RateLimited",
  DeniedRequest: "RateLimited",
  UnsupportedPic: "BadImage",
  IncorrectOrientation: "BadImage",
  InvalidPicContent: "BadImage",
  InvalidPicUrl: "BadImage",
  PictureError: "BadImage",
  TimeoutForTransferImage: "BadImage",
  SearchTimeout: "Unavailable",
};
// the server's own failures that no other attempt mends
const PERMANENT_FAILURES = ["UnsupportedInstanceType", "UnsupportedOperationType"];

function search(task) {
  return searchPage(task, task.page, task.timeout);
}

function searchAll(task) {
  return collectPages((page, timeout) => searchPage(task, page, timeout), task.timeout);
}

function searchPage(task, page, timeout) {
  const form = {
    InstanceName: task.credentials.InstanceName,
    PicContent: readFileSync(task.image_path).toString("base64"),
    Start: (page - 1) * task.page_size,
    Num: task.page_size,
  };
  return callApi(() => buildRequest(task.base_url, form, task.credentials), readBody, timeout);
}

// Returns a signed request, with a time and a nonce of its own.
function buildRequest(baseUrl, form, credentials) {
  const parameters = {
    ...form,
    Action: "SearchImageByPic",
    Version: "2020-12-14",
    Format: "JSON",
    AccessKeyId: credentials.AccessKeyId,
    SignatureMethod: "HMAC-SHA1",
    SignatureVersion: "1.0",
    SignatureNonce: randomUUID(),
    Timestamp: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
  };
  if (credentials.SecurityToken) parameters.SecurityToken = credentials.SecurityToken;
  const pairs = Object.keys(parameters).sort().map((name) => `${encode(name)}=${encode(parameters[name])}`);
  const stringToSign = `POST&${encode("/")}&${encode(pairs.join("&"))}`;
  parameters.Signature = createHmac("sha1", `${credentials.AccessKeySecret}&`).update(stringToSign).digest("base64");
  return { url: `${baseUrl}/`, method: "POST", body: new URLSearchParams(parameters) };
}

// encodeURIComponent leaves five characters that the vendor encodes.
function encode(value) {
  return encodeURIComponent(value).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function readBody(status, body) {
  // Image Search may refuse with HTTP 200
  if (status !== 200 || body.Code !== 0) throw buildError(status, String(body.Code), String(body.Message));
  // which of the two is the total, their names and their descriptions say differently; it is never the smaller one
  const total = Math.max(body.Head.DocsReturn, body.Head.DocsFound);
  return { items: body.Auctions.map(readItem), total };
}

function buildError(status, code, message) {
  const beginning = Object.keys(ERRORS).find((text) => code.startsWith(text));
  const kind = ERRORS[beginning] ?? (status >= 500 ? "Unavailable" : "BadRequest");
  // the vendor repeats what was signed, with the key's id in it
  const words = kind === "BadSignature" ? message.split("server ")[0] : message;
  const mayRetry = ["RateLimited", "Unavailable"].includes(kind) && !PERMANENT_FAILURES.includes(code);
  return new SearchError(kind, `${code}: ${words}`, mayRetry);
}

// a product has several pictures, so the id is of both
function readItem(item) {
  const parts = [item.ProductId, item.PicName];
  // or the id of a product without one would be "undefined/…"
  if (parts.some((part) => typeof part !== "string")) throw new SearchError("Unavailable", "an item without an id");
  return { id: parts.join("/") };
}

await drive("aliyun.mjs", { search, "search-all": searchAll });
