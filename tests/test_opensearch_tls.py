"""TLS and users, before a real node: a proxy of this file ends the TLS, as a load balancer does, and asks who it is."""

from __future__ import annotations

import base64
import shutil
import ssl
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from conftest import unavailable

from faqsearch import BackendError, Document, FaqIndex

pytestmark = pytest.mark.slow

USER = base64.b64encode(b"help:p@ss:w/rd").decode()


class Proxy(BaseHTTPRequestHandler):
    """Passes requests of one user on to a node."""

    protocol_version = "HTTP/1.1"
    node = ""

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.headers.get("authorization") != f"Basic {USER}":
            self.send(401, b"Unauthorized", "text/plain")
            return
        headers = {"content-type": self.headers["content-type"]} if self.headers.get("content-type") else {}
        request = urllib.request.Request(self.node + self.path, data=body or None, headers=headers, method=self.command)
        try:
            with urllib.request.urlopen(request, timeout=60) as found:
                self.send(found.status, found.read(), found.headers["content-type"])
        except urllib.error.HTTPError as error:
            self.send(error.code, error.read(), error.headers["content-type"])

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer  # noqa: N815 - the names that http.server calls

    def send(self, status: int, body: bytes, kind: str | None) -> None:
        self.send_response(status)
        self.send_header("content-type", kind or "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def secured(one_node: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """(port of the proxy, file of its certificate)."""
    openssl = shutil.which("openssl")
    if openssl is None:
        unavailable("no openssl here to make a certificate with")
        return
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "cert.pem", folder / "key.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    Proxy.node = f"http://127.0.0.1:{one_node.ports[0]}"
    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1], certificate
    server.shutdown()
    server.server_close()


def location(secured: tuple[int, Path], user: str, **options: object) -> str:
    options = {"retries": 0, **options}
    query = "&".join(f"{name}={value}" for name, value in options.items())
    return f"opensearch+https://{user}localhost:{secured[0]}/own-tls?{query}"


def test_an_index_behind_tls_and_a_password(secured: tuple[int, Path]) -> None:
    place = location(secured, "help:p%40ss%3Aw%2Frd@", ca_certs=secured[1])
    with FaqIndex.create(place, exist_ok=True) as index:
        index.sync([Document("1", "캐시 환불", "7일 안에 됩니다.")])
        assert [hit.document.id for hit in index.search("환불")] == ["1"]


@pytest.mark.parametrize("user", ["", "help:geheim@"])
def test_a_user_who_is_refused_is_told_so_without_the_password(secured: tuple[int, Path], user: str) -> None:
    with pytest.raises(BackendError, match=r"refuses the user \(401.*check user and password") as caught:
        FaqIndex.open(location(secured, user, ca_certs=secured[1]))
    assert "geheim" not in str(caught.value)


def test_a_certificate_that_nobody_vouches_for_is_refused(secured: tuple[int, Path]) -> None:
    with pytest.raises(BackendError, match=r"TLS connection fails.*ca_certs="):
        FaqIndex.open(location(secured, "help:geheim@"))


def test_any_certificate_is_taken_where_that_is_wanted(secured: tuple[int, Path]) -> None:
    with pytest.raises(BackendError, match="refuses the user"):
        FaqIndex.open(location(secured, "help:geheim@", verify="false"))


def test_plain_http_is_not_taken_for_tls(one_node: Any) -> None:
    place = one_node.location("own-tls", retries=0).replace("opensearch://", "opensearch+https://")
    with pytest.raises(BackendError, match="TLS connection fails"):
        FaqIndex.open(place)
