// A client of Daji for Taobao. `lookalike certify daji-taobao --driver 'node daji_taobao.mjs'`.

import { readData, sign, upload } from "./daji.mjs";
import { callApi, collectPages, drive } from "./transport.mjs";

const PATH = "/taobao/image-search/url";
const UPLOAD_PATH = "/taobao/upload/image";

function search(task) {
  return searchPage(task, task.page, task.timeout);
}

function searchAll(task) {
  return collectPages((page, timeout) => searchPage(task, page, timeout), task.timeout);
}

function searchPage(task, page, timeout) {
  // `pageNo` counts goods and not pages, whatever its name says
  const start = (page - 1) * task.page_size;
  const query = sign({ picUrl: task.image_url, pageNo: start, pageSize: task.page_size }, task.credentials);
  return callApi(() => ({ url: `${task.base_url}${PATH}?${query}` }), readBody, timeout);
}

function readBody(status, body) {
  return { items: readData(status, body).data.map(readItem) };
}

function readItem(item) {
  const url = item.url?.startsWith("//") ? `https:${item.url}` : item.url;
  return { id: item.itemId, title: item.title, price: item.zkFinalPrice, url };
}

await drive("daji_taobao.mjs", { search, "search-all": searchAll, upload: (task) => upload(task, UPLOAD_PATH) });
