// A driver for `lookalike vectors verify`: the five signatures, written from the vendors' documents alone.
//
// Reads a task a line from stdin, answers each with a line on stdout. Take the scheme that you need, and put your own
// code in its place. Needs nothing but Node.js.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createInterface } from 'node:readline';

class Refused extends Error {}

const require = (fine, refusal) => {
  if (!fine) throw new Refused(refusal);
};

// ---------------------------------------------------------------- requests

const body = (request) =>
  'bodyBase64' in request ? Buffer.from(request.bodyBase64, 'base64') : Buffer.from(request.body ?? '', 'utf8');

const headers = (request) =>
  [['host', request.host], ...(request.headers ?? [])].map(([name, value]) => [name.toLowerCase(), value.trim()]);

const header = (request, name) => headers(request).find(([key]) => key === name)?.[1] ?? '';

const decode = (text) => decodeURIComponent(text.replaceAll('+', ' '));

// A query or a form, decoded; empty values stay.
const pairs = (text) =>
  text
    .split('&')
    .filter(Boolean)
    .map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [decode(part), ''] : [decode(part.slice(0, at)), decode(part.slice(at + 1))];
    });

const isForm = (request) =>
  header(request, 'content-type').split(';')[0].trim().toLowerCase() === 'application/x-www-form-urlencoded';

const parameters = (request) => [
  ...pairs(request.query ?? ''),
  ...(isForm(request) ? pairs(body(request).toString('utf8')) : []),
];

const first = (found, name) => found.find(([key]) => key === name)?.[1] ?? '';

// A field of a multipart form, cut between the blank line and the next boundary.
const field = (request, name) => {
  const text = body(request).toString('latin1');
  const start = text.indexOf(`; name="${name}"\r\n\r\n`);
  if (start < 0) return '';
  const from = text.indexOf('\r\n\r\n', start) + 4;
  return Buffer.from(text.slice(from, text.indexOf('\r\n--', from)), 'latin1').toString('utf8');
};

// ---------------------------------------------------------------- texts

// RFC 3986; encodeURIComponent leaves five characters that are not unreserved.
const encode = (text) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

const byBytes = ([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b));

const byCodeUnits = ([a], [b]) => (a < b ? -1 : a > b ? 1 : 0);

const encoded = (found) =>
  [...found]
    .sort(byBytes)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&');

const sha1 = (key, text) => createHmac('sha1', key).update(text, 'utf8').digest('base64');

const hash = (name, data, form) => createHash(name).update(data).digest(form);

const same = (one, other) => {
  const [a, b] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a, b);
};

// ---------------------------------------------------------------- what is signed

const stages = {
  'daji-md5': (request, secret) => {
    const found = parameters(request).filter(([name]) => name !== 'sign');
    const canonical = found
      .sort(byCodeUnits)
      .map((pair) => pair.join('='))
      .join('&');
    const text = [canonical, `secret=${secret}`].filter(Boolean).join('&');
    return { canonical, 'string-to-sign': text, signature: hash('md5', text, 'hex').toUpperCase() };
  },

  'acs-rpc': (request, secret) => {
    const canonical = encoded(parameters(request).filter(([name]) => name !== 'Signature'));
    const text = `${request.method}&%2F&${encode(canonical)}`;
    return { canonical, 'string-to-sign': text, signature: sha1(`${secret}&`, text) };
  },

  'acs-roa': (request, secret) => {
    const standard = ['accept', 'content-md5', 'content-type', 'date'].map((name) => header(request, name));
    const own = headers(request).filter(([name]) => name.startsWith('x-acs-'));
    const lines = own.sort(byBytes).map(([name, value]) => `${name}:${value}\n`);
    const query = pairs(request.query ?? '')
      .sort(byBytes)
      .map(([name, value]) => (value ? `${name}=${value}` : name));
    const resource = [decodeURIComponent(request.path), ...(query.length ? [query.join('&')] : [])].join('?');
    const canonical = lines.join('') + resource;
    const text = [request.method, ...standard, canonical].join('\n');
    return { canonical, 'string-to-sign': text, signature: sha1(secret, text) };
  },

  acs3: (request, secret, signedHeaders) => {
    const names = [...new Set(signedHeaders.map((name) => name.toLowerCase()))].sort();
    const values = (name) => headers(request).filter(([key]) => key === name).map(([, value]) => value);
    const canonical = [
      request.method,
      decodeURIComponent(request.path).split('/').map(encode).join('/'),
      encoded(pairs(request.query ?? '')),
      names.map((name) => `${name}:${values(name).sort().join(',')}\n`).join(''),
      names.join(';'),
      hash('sha256', body(request), 'hex'),
    ].join('\n');
    const text = `ACS3-HMAC-SHA256\n${hash('sha256', canonical, 'hex')}`;
    const signature = createHmac('sha256', secret).update(text).digest('hex');
    return { canonical, 'string-to-sign': text, signature };
  },

  'oss-policy': (request, secret) => {
    const policy = field(request, 'policy');
    return { canonical: policy, 'string-to-sign': policy, signature: sha1(secret, policy) };
  },
};

// ---------------------------------------------------------------- what a server asks

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const HTTP = /^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

// Milliseconds; NaN where the text is no time. Date.parse lets February have thirty days: the day must come out as it went in.
const time = (text, form) => {
  const at = form.test(text) ? new Date(text) : new Date(NaN);
  if (Number.isNaN(at.getTime())) return NaN;
  const day = form === HTTP ? Number(/\d{1,2}/.exec(text)[0]) : Number(text.slice(8, 10));
  return at.getUTCDate() === day ? at.getTime() : NaN;
};

const secretOf = (task) => task.credentials.appSecret ?? task.credentials.AccessKeySecret;

const fits = (task, request, theirs, signedHeaders) =>
  require(same(theirs, stages[task.scheme](request, secretOf(task), signedHeaders).signature), 'mismatch');

// Whether ACS3's list has all that has to be signed: `host`, `x-acs-*`, and `content-type` beside a body.
const covers = (request, signedHeaders) => {
  const signed = signedHeaders.map((name) => name.toLowerCase());
  const required = headers(request)
    .map(([name]) => name)
    .filter((name) => name === 'host' || name.startsWith('x-acs-') || (name === 'content-type' && body(request).length));
  return required.every((name) => signed.includes(name));
};

// What RPC, ROA and ACS3 all ask: a time that is near, our key and its token, the signature, a nonce that is new.
const admit = (task, request, { key, token, time: text, form = ISO, nonce, theirs, signedHeaders }) => {
  require(text, 'missing-timestamp');
  const when = time(text, form);
  require(!Number.isNaN(when), 'malformed-timestamp');
  require(task.now - when <= task.skew * 1000, 'expired');
  require(when - task.now <= task.skew * 1000, 'future');
  const { AccessKeyId, SecurityToken = '' } = task.credentials;
  require(key === AccessKeyId, 'unknown-key');
  require(token || !SecurityToken, 'missing-token');
  require(token === SecurityToken, 'bad-token');
  fits(task, request, theirs, signedHeaders);
  require(task.scheme !== 'acs3' || covers(request, signedHeaders), 'unsigned-header');
  require(!nonce || !task.seen.has(`${key} ${nonce}`), 'replayed');
  task.seen.add(`${key} ${nonce}`);
};

// `Authorization`, where it names the scheme.
const authorization = (request, word) => {
  const text = header(request, 'authorization');
  require(text, 'missing-signature');
  require(text === word || text.startsWith(`${word} `) || !text.includes(' '), 'algorithm');
  return text;
};

// Time, nonce and token.
const sent = (request, date) =>
  [date, 'x-acs-signature-nonce', 'x-acs-security-token'].map((name) => header(request, name));

const checks = {
  'daji-md5': (task, request) => {
    const found = parameters(request);
    const signs = found.filter(([name]) => name === 'sign').map(([, value]) => value);
    require(signs.join(''), 'missing-signature');
    require(first(found, 'appKey'), 'missing-key');
    require(first(found, 'appKey') === task.credentials.appKey, 'unknown-key');
    require(signs.length === 1, 'malformed');
    fits(task, request, signs[0]);
  },

  'acs-rpc': (task, request) => {
    const found = parameters(request);
    const names = ['AccessKeyId', 'SecurityToken', 'Timestamp', 'SignatureNonce', 'Signature'];
    const [key, token, time, nonce, theirs] = names.map((name) => first(found, name));
    require(key, 'missing-key');
    require(first(found, 'SignatureMethod') === 'HMAC-SHA1', 'algorithm');
    require(first(found, 'SignatureVersion') === '1.0', 'version');
    require(nonce, 'missing-nonce');
    require(theirs, 'missing-signature');
    require(found.filter(([name]) => name === 'Signature').length === 1, 'malformed');
    admit(task, request, { key, token, time, nonce, theirs });
  },

  'acs-roa': (task, request) => {
    const text = authorization(request, 'acs');
    const [, key, theirs] = /^acs +([^:]+):(.+)$/.exec(text) ?? [];
    require(key && theirs, 'malformed');
    require(['', 'HMAC-SHA1'].includes(header(request, 'x-acs-signature-method')), 'algorithm');
    require(['', '1.0'].includes(header(request, 'x-acs-signature-version')), 'version');
    require(['', hash('md5', body(request), 'base64')].includes(header(request, 'content-md5')), 'body-digest');
    const [time, nonce, token] = sent(request, 'date');
    admit(task, request, { key, token, time, form: HTTP, nonce, theirs });
  },

  acs3: (task, request) => {
    const text = authorization(request, 'ACS3-HMAC-SHA256');
    const [key, names, theirs] = ['Credential', 'SignedHeaders', 'Signature'].map(
      (name) => new RegExp(`[ ,]${name}=([^,]+)`).exec(text)?.[1],
    );
    require(key && names && theirs, 'malformed');
    require(header(request, 'x-acs-content-sha256') === hash('sha256', body(request), 'hex'), 'body-digest');
    const [time, nonce, token] = sent(request, 'x-acs-date');
    require(nonce, 'missing-nonce');
    admit(task, request, { key, token, time, nonce, theirs, signedHeaders: names.split(';') });
  },

  'oss-policy': (task, request) => {
    const [key, theirs] = ['OSSAccessKeyId', 'Signature'].map((name) => field(request, name));
    require(theirs, 'missing-signature');
    require(key, 'missing-key');
    require(key === task.credentials.AccessKeyId, 'unknown-key');
    fits(task, request, theirs);
    const { expiration } = policyOf(field(request, 'policy'));
    require(/(Z|[+-]\d\d:\d\d)$/.test(expiration ?? ''), 'malformed');
    require(Date.parse(expiration) > task.now, 'expired');
  },
};

// What a policy says. Buffer reads Base64 around whatever is none, so that is asked first.
const policyOf = (text) => {
  require(/^[A-Za-z0-9+/]*={0,2}$/.test(text), 'malformed');
  try {
    return JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
  } catch {
    throw new Refused('malformed');
  }
};

// ---------------------------------------------------------------- the driver

const tasks = {
  sign: (task) => ({ stages: stages[task.scheme](task.request, secretOf(task), task.signedHeaders) }),

  verify: (task) => {
    const seen = new Set();
    let verdict = {};
    for (const { clock, request } of [...task.before, task]) {
      try {
        checks[task.scheme]({ ...task, now: Date.parse(clock), seen }, request);
        verdict = { result: 'valid' };
      } catch (refused) {
        if (!(refused instanceof Refused)) throw refused;
        verdict = { result: 'invalid', refusal: refused.message };
      }
    }
    return verdict;
  },
};

const answer = (task) =>
  task.scheme in stages ? tasks[task.task](task) : { unsupported: `no scheme ${task.scheme}` };

for await (const line of createInterface({ input: process.stdin })) {
  const task = JSON.parse(line);
  process.stdout.write(`${JSON.stringify({ id: task.id, ...answer(task) })}\n`);
}
