// The signing functions of @alicloud/openapi-core as a driver for `lookalike vectors verify`. They hold parameters and
// headers in tables, so that a name that stands twice is not to be said with them; and they verify nothing.
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import core from '@alicloud/openapi-core';

const { OpenApiUtil } = core;

class Unsupported extends Error {}

const table = (found) => {
  const made = Object.fromEntries(found);
  if (Object.keys(made).length < [...found].length) throw new Unsupported('a name stands twice');
  return made;
};

const parsed = (text) => [...new URLSearchParams(text ?? '')];

const inForm = ({ headers, body }) =>
  headers?.some(([name, value]) => name === 'content-type' && value.includes('form-urlencoded')) ? parsed(body) : [];

const held = ({ method, host, path, query, headers }) => {
  const sent = [['host', host], ...(headers ?? [])].map(([name, value]) => [name.toLowerCase(), value]);
  return { method, pathname: path, query: table(parsed(query)), headers: table(sent) };
};

const secretOf = (task) => task.credentials.AccessKeySecret;

const signatures = {
  'acs-rpc': (task) => {
    const pairs = [...parsed(task.request.query), ...inForm(task.request)];
    return OpenApiUtil.getRPCSignature(table(pairs), task.request.method, secretOf(task));
  },
  'acs-roa': (task) => OpenApiUtil.getROASignature(OpenApiUtil.getStringToSign(held(task.request)), secretOf(task)),
  acs3: (task) => {
    const request = held(task.request);
    const digest = createHash('sha256').update(task.request.body ?? '').digest('hex');
    const made = OpenApiUtil.getAuthorization(request, 'ACS3-HMAC-SHA256', digest, 'id', secretOf(task));
    return made.split('Signature=')[1];
  },
};

const answer = (task) => {
  if (task.task !== 'sign') return { unsupported: 'a client verifies nothing' };
  try {
    return { stages: { signature: signatures[task.scheme](task) } };
  } catch (error) {
    if (error instanceof Unsupported) return { unsupported: error.message };
    throw error;
  }
};

for await (const line of createInterface({ input: process.stdin })) {
  const task = JSON.parse(line);
  process.stdout.write(`${JSON.stringify({ id: task.id, ...answer(task) })}\n`);
}
