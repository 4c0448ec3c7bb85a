// A client of Daji for 1688. `lookalike certify daji-1688 --driver 'node daji_1688.mjs'`.

import { readData, sign } from "./daji.mjs";
import { drive, runSearch } from "./transport.mjs";

const PATH = "/alibaba/product/imageQuery";

export function search(task) {
  const parameters = { imageAddress: task.image_url, beginPage: task.page, pageSize: task.page_size, country: "en" };
  const query = sign(parameters, task.credentials);
  return runSearch(() => ({ url: `${task.base_url}${PATH}?${query}` }), readBody, task.timeout);
}

function readBody(status, body) {
  const data = readData(status, body);
  return { items: data.data.map(readItem), total: data.totalRecords };
}

function readItem(item) {
  return { id: item.offerId, title: item.subjectTrans ?? item.subject, price: item.priceInfo?.price };
}

await drive("daji_1688.mjs", search);
