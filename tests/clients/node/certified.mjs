// Alibaba Cloud's own Node.js SDK as a client to be certified, used as its page shows it.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import imagesearch from '@alicloud/imagesearch20201214';
import core from '@alicloud/openapi-core';

const MARGIN = 500;
// what the SDK's names of errors say
const KINDS = {
  ClientError: ['credential', 'signature', 'quota', 'parameter', 'image', 'request'],
  ServerError: 'server',
  ThrottlingError: 'rate',
};

async function search(task) {
  const { AccessKeyId, AccessKeySecret, InstanceName } = task.credentials;
  const timeout = task.timeout * 1000 - MARGIN;
  const config = new core.$OpenApiUtil.Config({
    accessKeyId: AccessKeyId,
    accessKeySecret: AccessKeySecret,
    endpoint: new URL(task.base_url).host,
    protocol: new URL(task.base_url).protocol.replace(':', ''),
    connectTimeout: timeout,
    readTimeout: timeout,
  });
  const request = new imagesearch.SearchImageByPicRequest({
    instanceName: InstanceName,
    picContent: readFileSync(task.image_path).toString('base64'),
    num: task.page_size,
    start: (task.page - 1) * task.page_size,
  });
  const { body } = await new imagesearch.default(config).searchImageByPic(request);
  const items = body.auctions.map((picture) => ({ id: `${picture.productId}/${picture.picName}` }));
  return { items, total: Math.max(body.head.docsReturn, body.head.docsFound) };
}

for await (const line of createInterface({ input: process.stdin })) {
  const task = JSON.parse(line);
  let answer;
  if (task.task === 'hello') {
    answer = { name: '@alicloud/imagesearch20201214', version: '4.4.0', tasks: ['search'], kinds: KINDS };
  } else {
    answer = await search(task).catch((error) => ({ error: { kind: error.name, message: error.message } }));
  }
  process.stdout.write(`${JSON.stringify({ id: task.id, ...answer })}\n`);
}
