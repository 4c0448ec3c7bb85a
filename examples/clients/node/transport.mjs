// What the clients beside it share: a deadline, bounded bodies, pauses between attempts, errors that say their kind,
// and the lines that `lookalike certify` speaks. Needs nothing but Node.js 20.

import { createInterface } from "node:readline";

const MAX_BODY_LENGTH = 8 * 1024 * 1024;
const MAX_PAGES = 50;
const MAX_ATTEMPTS = 3;
const FIRST_PAUSE = 200; // milliseconds, doubled for each attempt
const MARGIN = 500; // milliseconds of the caller's timeout that are left to tell of a failure

// what the errors mean, in the words of `lookalike certify`; `Refused` is not among them, as nobody knows
export const KINDS = {
  BadCredential: "credential",
  BadSignature: "signature",
  QuotaExceeded: "quota",
  RateLimited: "rate",
  BadRequest: ["parameter", "request"],
  BadImage: "image",
  Unavailable: ["server", "transport"],
};

// A search that failed. The message has no credentials; `mayRetry`: the same search may succeed after a pause.
export class SearchError extends Error {
  constructor(kind, message, mayRetry = false) {
    super(message);
    this.kind = kind;
    this.mayRetry = mayRetry;
  }
}

// Sends a request, and returns what `readBody` makes of status and JSON. `buildRequest` is called, and so signs anew, for each attempt.
// `timeout` (seconds) is for all attempts together.
export async function callApi(buildRequest, readBody, timeout) {
  const deadline = Date.now() + timeout * 1000 - MARGIN;
  const signal = AbortSignal.timeout(Math.max(0, deadline - Date.now()));
  for (let attempt = 1; ; attempt++) {
    let headers = new Headers();
    try {
      const { url, ...options } = buildRequest();
      const response = await fetchBody(url, { ...options, signal });
      headers = response.headers;
      return read(readBody, response.status, parseJson(response.text));
    } catch (error) {
      const pause = Math.max(FIRST_PAUSE * 2 ** (attempt - 1), readPause(headers));
      const isLast = attempt === MAX_ATTEMPTS;
      // to be told now is better than to wait for an attempt that comes too late
      if (!error.mayRetry || isLast || Date.now() + pause >= deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

async function fetchBody(url, options) {
  try {
    // fetch follows redirects unless told otherwise, and would bring the key to another host
    const response = await fetch(url, { ...options, redirect: "manual" });
    const chunks = [];
    let length = 0;
    for await (const chunk of response.body ?? []) {
      length += chunk.length;
      if (length > MAX_BODY_LENGTH) throw new SearchError("Unavailable", "the answer is too long");
      chunks.push(chunk);
    }
    const text = Buffer.concat(chunks).toString("utf8");
    return { status: response.status, headers: response.headers, text };
  } catch (error) {
    if (error instanceof SearchError) throw error;
    if (error.name === "TimeoutError") throw new SearchError("Unavailable", "no answer in time");
    // only GET may be repeated where nobody knows what became of the first request
    throw new SearchError("Unavailable", error.cause?.code ?? error.name, (options.method ?? "GET") === "GET");
  }
}

function read(readBody, status, body) {
  try {
    return readBody(status, body);
  } catch (error) {
    if (error instanceof SearchError) throw error;
    // such as a list without its goods: an empty result would be a lie
    throw new SearchError("Unavailable", `the answer is not as documented: ${error.message}`);
  }
}

// Numbers of more than 15 digits become texts: JavaScript has none so great, and would round an id.
function parseJson(text) {
  const safe = text.replace(/"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g, (token) => (token[0] === '"' ? token : `"${token}"`));
  let answer;
  try {
    answer = JSON.parse(safe);
  } catch {
    throw new SearchError("Unavailable", "the answer is no JSON");
  }
  if (answer === null || typeof answer !== "object") throw new SearchError("Unavailable", "the answer is no JSON object");
  return answer;
}

// Returns how many milliseconds the answer asks to wait; 0 where it does not say.
function readPause(headers) {
  const milliseconds = headers.get("x-acs-retry-after") ?? "";
  if (/^\d+$/.test(milliseconds)) return Number(milliseconds);
  const text = headers.get("retry-after") ?? "";
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // such as `Tue, 01 Dec 2026 01:35:10 GMT`
  const date = Date.parse(text);
  return Number.isNaN(date) ? 0 : Math.max(0, date - Date.now());
}

// Returns the goods of all pages, each once. `searchPage` gets the page, from 1, and the seconds that are left.
// The end is a page without anything new, as a server may give its last page again and again, or the answer's total.
// A short page is not the end: a product may have been taken off.
export async function collectPages(searchPage, timeout) {
  const deadline = Date.now() + timeout * 1000;
  const items = new Map();
  for (let page = 1; page <= MAX_PAGES; page++) {
    const result = await searchPage(page, (deadline - Date.now()) / 1000);
    const countBefore = items.size;
    for (const item of result.items) {
      if (!items.has(item.id)) items.set(item.id, item);
    }
    // each answer's own total: it may change while the pages are read
    if (items.size === countBefore || items.size >= (result.total ?? Infinity)) break;
  }
  return { items: [...items.values()] };
}

// Answers one task after the other: a line of JSON for each line of stdin. `tasks`: the task's name -> its function.
export async function drive(name, tasks) {
  for await (const line of createInterface({ input: process.stdin })) {
    const task = JSON.parse(line);
    let answer;
    if (task.task === "hello") {
      answer = { name, version: "1.0", tasks: Object.keys(tasks), kinds: KINDS };
    } else {
      answer = await tasks[task.task](task).catch((error) => ({ error: { kind: error.kind ?? error.name, message: error.message } }));
    }
    process.stdout.write(`${JSON.stringify({ id: task.id, ...answer })}\n`);
  }
}
