// One SearchImageByPic of @alicloud/imagesearch20201214. Standard input: {endpoint, key, secret, algorithm, request}.
import { readFileSync } from 'node:fs';
import imagesearch from '@alicloud/imagesearch20201214';
import core from '@alicloud/openapi-core';

const asked = JSON.parse(readFileSync(0, 'utf8'));
const config = new core.$OpenApiUtil.Config({
  accessKeyId: asked.key,
  accessKeySecret: asked.secret,
  endpoint: asked.endpoint,
  protocol: 'http',
  signatureAlgorithm: asked.algorithm,
});
const client = new imagesearch.default(config);
try {
  const found = await client.searchImageByPic(new imagesearch.SearchImageByPicRequest(asked.request));
  console.log(JSON.stringify({ status: found.statusCode, body: found.body }));
} catch (error) {
  const { name, code, message, statusCode, retryAfter, requestId } = error;
  console.log(JSON.stringify({ error: { name, code, message, status: statusCode, retryAfter, requestId } }));
}
