"""Texts of the tests that are kept with an answer: each serves it to a client, and needs nothing but its language.

`@STEM@` and the like are filled in by `kept_answers`.
"""

from __future__ import annotations

from typing import Final

PYTHON_TEST: Final = '''"""@SUMMARY@

The answer is in @STEM@.json. Run with pytest, where the client can be imported.
"""

import json
from base64 import b64decode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

from @MODULE@ import @FUNCTION@ as search

KEPT = json.loads(Path(__file__).with_name("@STEM@.json").read_text("utf-8"))


class Handler(BaseHTTPRequestHandler):
    """Gives the kept answer to every request."""

    def do_GET(self):
        reply = KEPT["response"]
        body = reply.get("body", "").encode() or b64decode(reply.get("body_base64", ""))
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(reply["status"])
        self.send_header("Content-Type", reply["media_type"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_):
        pass


def call_client():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        task = SimpleNamespace(
            base_url=f"http://127.0.0.1:{server.server_port}",
            credentials=dict.fromkeys(KEPT["credentials"], "test"),
            timeout=5.0,
            image_url=KEPT["image_url"],
            # a file: what is in it does not matter to this server
            image_path=__file__,
            page=1,
            page_size=10,
            ca_file="",
        )
        result = search(task)
    finally:
        server.shutdown()
        server.server_close()
    items = result["items"] if isinstance(result, dict) else result
    return [str(item["id"] if isinstance(item, dict) else item.id) for item in items]


def test_@STEM@():
    try:
        ids = call_client()
    except Exception:
        # to fail is right where the document forbids the answer
        if KEPT["kind"] == "allowed":
            raise
        return
    assert len(ids) == len(KEPT["ids"])
    for item_id, possible_ids in zip(ids, KEPT["ids"]):
        assert item_id in possible_ids
'''

NODE_TEST: Final = """// @SUMMARY@
//
// The answer is in @STEM@.json. Run with `CLIENT=./client.mjs node --test`, where the client exports `search(task)`.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const kept = JSON.parse(readFileSync(new URL("@STEM@.json", import.meta.url), "utf8"));
const { search } = await import(pathToFileURL(resolve(process.env.CLIENT ?? "client.mjs")).href);
const { status, media_type, body, body_base64 } = kept.response;
const bytes = body === undefined ? Buffer.from(body_base64, "base64") : Buffer.from(body);

async function callClient() {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, { "Content-Type": media_type, "Content-Length": bytes.length }).end(bytes);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  try {
    const result = await search({
      base_url: `http://127.0.0.1:${server.address().port}`,
      credentials: Object.fromEntries(kept.credentials.map((name) => [name, "test"])),
      timeout: 5,
      image_url: kept.image_url,
      // a file: what is in it does not matter to this server
      image_path: fileURLToPath(import.meta.url),
      page: 1,
      page_size: 10,
    });
    return (Array.isArray(result) ? result : result.items).map(({ id }) => String(id));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test("@STEM@", async () => {
  let ids;
  try {
    ids = await callClient();
  } catch (error) {
    // to fail is right where the document forbids the answer
    if (kept.kind === "allowed") throw error;
    return;
  }
  assert.equal(ids.length, kept.ids.length);
  ids.forEach((id, index) => assert.ok(kept.ids[index].includes(id), id));
});
"""
