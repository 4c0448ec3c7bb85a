// A client of Daji for 1688. `lookalike certify daji-1688 --driver 'node daji_1688.mjs'`.

import { readData, sign, upload } from "./daji.mjs";
import { callApi, collectPages, drive } from "./transport.mjs";

const PATH = "/alibaba/product/imageQuery";
const UPLOAD_PATH = "/alibaba/upload/image";

function search(task) {
  return searchPage(task, task.page, task.timeout);
}

function searchAll(task) {
  return collectPages((page, timeout) => searchPage(task, page, timeout), task.timeout);
}

function searchPage(task, page, timeout) {
  const parameters = { imageAddress: task.image_url, beginPage: page, pageSize: task.page_size, country: "en" };
  const query = sign(parameters, task.credentials);
  return callApi(() => ({ url: `${task.base_url}${PATH}?${query}` }), readBody, timeout);
}

function readBody(status, body) {
  const data = readData(status, body);
  return { items: data.data.map(readItem), total: data.totalRecords };
}

function readItem(item) {
  return { id: item.offerId, title: item.subjectTrans ?? item.subject, price: item.priceInfo?.price };
}

await drive("daji_1688.mjs", { search, "search-all": searchAll, upload: (task) => upload(task, UPLOAD_PATH) });
