// Calls of @alicloud/pop-core's ROAClient, which names no action. Standard input: {endpoint, key, secret, calls}.
import { readFileSync } from 'node:fs';
import { stringify } from 'node:querystring';
import { ROAClient } from '@alicloud/pop-core';

const asked = JSON.parse(readFileSync(0, 'utf8'));
const client = new ROAClient({
  accessKeyId: asked.key,
  accessKeySecret: asked.secret,
  endpoint: `http://${asked.endpoint}`,
  apiVersion: '2019-03-25',
});
const answers = [];
for (const [path, form] of asked.calls) {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  try {
    answers.push(await client.request('POST', path, {}, stringify(form), headers));
  } catch (error) {
    answers.push({ error: { name: error.name, code: error.code, status: error.statusCode } });
  }
}
console.log(JSON.stringify(answers));
