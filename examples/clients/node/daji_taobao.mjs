// A client of Daji for Taobao. `lookalike certify daji-taobao --driver 'node daji_taobao.mjs'`.

import { readData, sign } from "./daji.mjs";
import { drive, runSearch } from "./transport.mjs";

const PATH = "/taobao/image-search/url";

export function search(task) {
  // `pageNo` counts goods and not pages, whatever its name says
  const start = (task.page - 1) * task.page_size;
  const query = sign({ picUrl: task.image_url, pageNo: start, pageSize: task.page_size }, task.credentials);
  return runSearch(() => ({ url: `${task.base_url}${PATH}?${query}` }), readBody, task.timeout);
}

function readBody(status, body) {
  return { items: readData(status, body).data.map(readItem) };
}

function readItem(item) {
  const url = item.url?.startsWith("//") ? `https:${item.url}` : item.url;
  return { id: item.itemId, title: item.title, price: item.zkFinalPrice, url };
}

await drive("daji_taobao.mjs", search);
