// What both APIs of Daji have in common: the signature, and the errors.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { callApi, SearchError } from "./transport.mjs";

// the API has one code for many things, and only the words tell
const KINDS_BY_WORDS = {
  签名: "BadSignature",
  次数: "QuotaExceeded",
  未开通: "BadCredential",
  图片不存在: "BadImage",
  图片无法: "BadImage",
  图片大小: "BadImage",
};
const KINDS_BY_CODE = { 400: "BadRequest", 401: "BadCredential", 404: "BadRequest", 405: "BadRequest", 429: "RateLimited" };

// Returns the query with `appKey` and `sign`: the MD5 of the sorted pairs as they are, the secret behind them.
export function sign(parameters, credentials) {
  const signed = { ...parameters, appKey: credentials.appKey };
  const names = Object.keys(signed).sort();
  const pairs = names.map((name) => `${name}=${signed[name]}`);
  const text = [...pairs, `secret=${credentials.appSecret}`].join("&");
  const digest = createHash("md5").update(text, "utf8").digest("hex").toUpperCase();
  return new URLSearchParams({ ...signed, sign: digest });
}

// Returns the id that the API gives the picture, which goes there as a file.
export function upload(task, path) {
  const picture = readFileSync(task.image_path).toString("base64");
  const form = sign({ image_base64: picture }, task.credentials);
  const request = { url: task.base_url + path, method: "POST", body: form };
  return callApi(() => request, (status, body) => ({ image: String(readData(status, body).imageId) }), task.timeout);
}

// Returns the data of an envelope.
export function readData(status, body) {
  const code = body.code ?? status;
  // an error may come with HTTP 200
  if (status !== 200 || code !== 200) throw buildError(status, code, String(body.message ?? body.detail));
  return body.data;
}

function buildError(status, code, message) {
  let kind = KINDS_BY_CODE[code] ?? KINDS_BY_CODE[status] ?? "Unavailable";
  for (const [words, kindByWords] of Object.entries(KINDS_BY_WORDS)) {
    if (message.includes(words)) kind = kindByWords;
  }
  return new SearchError(kind, `${code}: ${message}`, kind === "RateLimited");
}
