// A client's reading of TMAPI's answers: items and total, or an error that says what went wrong.

export class SearchError extends Error {
  constructor(kind, message) {
    super(message);
    this.name = "SearchError";
    this.kind = kind;
  }
}

const KINDS = new Map([
  [401, "credential"],
  [404, "request"],
  [405, "request"],
  [417, "server"],
  [422, "parameter"],
  [439, "quota"],
  [499, "server"],
  [500, "server"],
  [503, "rate"],
]);

export function readResponse(status, body) {
  let answer;
  try {
    // an id may be greater than 2 ** 53, and a number of JavaScript would be another id: it stays a text
    answer = JSON.parse(body.replace(/("item_id":\s*)(\d+)/g, '$1"$2"'));
  } catch {
    throw new SearchError("transport", `HTTP ${status}, and no JSON`);
  }
  const code = status === 200 ? answer.code : status;
  if (code !== 200) {
    // the gateway before the API has its words in `message`, the API in `msg`
    const message = String(answer.msg ?? answer.message ?? "");
    // 422 is a bad parameter, or a picture that is not at one of Alibaba's hosts
    const isPicture = code === 422 && /image url/i.test(message);
    throw new SearchError(isPicture ? "image" : (KINDS.get(code) ?? "unknown"), `${code}: ${message}`);
  }
  const items = answer.data.items.map((item) => ({ id: item.item_id, title: item.title, price: item.price }));
  return { items, total: answer.data.total_count };
}
