// The file-object calls of @alicloud/imagesearch20201214: a picture is added, then its copy searched for.
// Standard input: {endpoint, key, secret, request, picture, copy}, the last two in Base64.
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import imagesearch from '@alicloud/imagesearch20201214';
import core from '@alicloud/openapi-core';

const asked = JSON.parse(readFileSync(0, 'utf8'));
const file = (text) => Readable.from(Buffer.from(text, 'base64'), { objectMode: false });
const config = new core.$OpenApiUtil.Config({
  accessKeyId: asked.key,
  accessKeySecret: asked.secret,
  endpoint: asked.endpoint,
  protocol: 'http',
  regionId: 'cn-shanghai',
});
const client = new imagesearch.default(config);
client._openPlatformEndpoint = asked.endpoint;
try {
  const add = { ...asked.request, productId: 'p1', picName: 'a.png', picContentObject: file(asked.picture) };
  const added = await client.addImageAdvance(new imagesearch.AddImageAdvanceRequest(add), {});
  const search = { ...asked.request, picContentObject: file(asked.copy) };
  const found = await client.searchImageByPicAdvance(new imagesearch.SearchImageByPicAdvanceRequest(search), {});
  console.log(JSON.stringify({ added: added.body.message, auctions: found.body.auctions }));
} catch (error) {
  const { name, code, message, statusCode, data } = error;
  console.log(JSON.stringify({ error: { name, code, message, status: statusCode, data } }));
}
