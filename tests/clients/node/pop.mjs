// One SearchImageByPic of @alicloud/pop-core. Standard input: {endpoint, key, secret, request}.
import { readFileSync } from 'node:fs';
import { RPCClient } from '@alicloud/pop-core';

const asked = JSON.parse(readFileSync(0, 'utf8'));
const client = new RPCClient({
  accessKeyId: asked.key,
  accessKeySecret: asked.secret,
  endpoint: `http://${asked.endpoint}`,
  apiVersion: '2020-12-14',
});
try {
  const body = await client.request('SearchImageByPic', asked.request, { method: 'POST' });
  console.log(JSON.stringify({ body }));
} catch (error) {
  const { name, code, message, data, entry } = error;
  console.log(JSON.stringify({ error: { name, code, message, data, status: entry?.response.statusCode } }));
}
