"""Real programs against the server, as far as they are on this machine: what they send is theirs, and no copy of it."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lookalike_mocks import Mock
from lookalike_mocks.adapters.asgi import MockApp
from lookalike_mocks.adapters.server import Server

SEARCH = "/1688/global/search/image?apiToken=lookalike-demo-token&img_url=https://cbu01.alicdn.com/x.jpg"
TARGET = "/1688/tools/image/convert_url?apiToken=lookalike-demo-token"
BODY = '{"url":"https://example.com/a.jpg"}'
SECONDS = 60

NODE_FETCH = """
const [url, body] = process.argv.slice(2);
(async () => {
  for (let number = 0; number < 3; number++) {
    const headers = {'content-type': 'application/json'};
    const response = await fetch(url, {method: 'POST', headers, body});
    console.log(response.status, (await response.json()).code);
  }
})();
"""
NODE_HTTP = """
const http = require('http');
const [url, body] = process.argv.slice(2);
const agent = new http.Agent({keepAlive: true, maxSockets: 1});
let left = 3;
for (let number = 0; number < 3; number++) {
  const request = http.request(url, {method: 'POST', agent, headers: {'content-type': 'application/json'}}, (response) => {
    let text = '';
    response.on('data', (piece) => { text += piece; });
    response.on('end', () => { console.log(response.statusCode, JSON.parse(text).code); if (--left === 0) agent.destroy(); });
  });
  // without a length: Node sends chunks
  request.write(body.slice(0, 5));
  request.end(body.slice(5));
}
"""
JAVA = """
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

public class Ask {
    public static void main(String[] args) throws Exception {
        // with its defaults it offers HTTP/2 with every request
        HttpClient client = HttpClient.newHttpClient();
        for (int number = 0; number < 3; number++) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(args[0]))
                .header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(args[1])).build();
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            System.out.println(response.statusCode() + " " + response.body().contains("\\"code\\":200"));
        }
    }
}
"""
PHP_STREAMS = """
for ($number = 0; $number < 3; $number++) {
    $options = ['method' => 'POST', 'header' => 'Content-Type: application/json', 'content' => $argv[2]];
    $answer = file_get_contents($argv[1], false, stream_context_create(['http' => $options]));
    echo json_decode($answer)->code, "\\n";
}
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(MockApp(Mock("tmapi"))) as running:
        yield running


def run(program: str, *arguments: str) -> str:
    """Run a program, and return what it wrote; skip where the machine does not have it."""
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not on this machine")
    finished = subprocess.run([path, *arguments], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--http2"],
        ["--http1.0"],
        ["-H", "Expect: 100-continue"],
        ["-H", "Transfer-Encoding: chunked"],
        ["-H", "Connection: close"],
        ["--http2", "-H", "Transfer-Encoding: chunked"],
    ],
    ids=lambda options: " ".join(options) or "plain",
)
def test_curl_sends_a_body(server: Server, options: list[str]) -> None:
    output = run("curl", "-sS", *options, "-H", "Content-Type: application/json", "-d", BODY, server.url + TARGET)
    assert json.loads(output)["code"] == 200


def test_curl_takes_the_server_for_a_proxy(server: Server) -> None:
    output = run("curl", "-sS", "-x", server.url, "http://api.tmapi.top" + SEARCH)
    assert json.loads(output)["code"] == 200


def test_curl_writes_chinese_as_it_is(server: Server) -> None:
    assert json.loads(run("curl", "-sS", f"{server.url}{SEARCH}&kw=红色"))["code"] == 200


def test_curl_uses_one_connection_for_all(server: Server) -> None:
    output = run("curl", "-sS", "-o", "/dev/null", "-w", "%{num_connects} ", server.url + SEARCH, "--next", "-sS", "-o", "/dev/null", "-w", "%{num_connects} ", server.url + SEARCH)  # fmt: skip
    assert output.split() == ["1", "0"]


@pytest.mark.parametrize("script", [NODE_FETCH, NODE_HTTP], ids=["fetch", "http"])
def test_node_sends_bodies_over_one_connection(server: Server, script: str, tmp_path: Path) -> None:
    file = tmp_path / "ask.cjs"
    file.write_text(script)
    assert run("node", str(file), server.url + TARGET, BODY).splitlines() == ["200 200"] * 3


def test_the_jdks_client_sends_bodies_with_its_defaults(server: Server, tmp_path: Path) -> None:
    if shutil.which("javac") is None:
        pytest.skip("javac is not on this machine")
    file = tmp_path / "Ask.java"
    file.write_text(JAVA)
    assert run("java", str(file), server.url + TARGET, BODY).splitlines() == ["200 true"] * 3


def test_ab_keeps_its_connection(server: Server) -> None:
    output = run("ab", "-k", "-n", "20", "-c", "1", server.url + SEARCH)
    assert "Keep-Alive requests:    20" in output
    assert "Failed requests:        0" in output


def test_phps_streams_send_a_body(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "ask.php"
    file.write_text("<?php" + PHP_STREAMS)
    assert run("php", str(file), server.url + TARGET, BODY).split() == ["200"] * 3


GO = """
package main

import (
    "fmt"
    "io"
    "net/http"
    "os"
    "strings"
)

func main() {
    for number := 0; number < 3; number++ {
        // behind a reader that tells no length, Go sends chunks
        body := io.MultiReader(strings.NewReader(os.Args[2]))
        response, err := http.Post(os.Args[1], "application/json", body)
        if err != nil {
            panic(err)
        }
        text, _ := io.ReadAll(response.Body)
        response.Body.Close()
        fmt.Println(response.StatusCode, strings.Contains(string(text), `"code":200`))
    }
}
"""


def test_gos_client_sends_bodies_of_unknown_length(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "ask.go"
    file.write_text(GO)
    assert run("go", "run", str(file), server.url + TARGET, BODY).splitlines() == ["200 true"] * 3
