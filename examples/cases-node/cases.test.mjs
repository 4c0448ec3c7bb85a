// `lookalike cases tmapi --out cases`, then `node --test`. Nothing is installed and nothing is served.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { readResponse } from "./client.mjs";

const folder = join(process.env.CASES ?? "cases", "tmapi");
// what nobody has documented or measured is no reason to fail a client
const TRUSTED = ["documented", "measured"];

for (const name of readdirSync(folder).sort()) {
  const { id, response, expected } = JSON.parse(readFileSync(join(folder, name), "utf8"));
  const body = response.body ?? Buffer.from(response.body_base64, "base64").toString();

  test(id, () => {
    if (expected.error === undefined) {
      const result = readResponse(response.status, body);
      assert.equal(result.items.length, expected.items.length);
      expected.items.forEach(({ ids }, index) => assert.ok(ids.includes(String(result.items[index].id)), ids[0]));
      if (expected.total !== undefined) assert.equal(result.total, expected.total);
      return;
    }
    const { kind, provenance } = expected.error;
    assert.throws(
      () => readResponse(response.status, body),
      (error) => {
        assert.equal(error.name, "SearchError");
        if (kind !== "unknown" && TRUSTED.includes(provenance.kind.kind)) assert.equal(error.kind, kind);
        return true;
      },
    );
  });
}
