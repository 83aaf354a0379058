"""A store that speaks as much S3 as Wayhome does, and holds every request to its signature, on a port of its own."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

KEY_ID, SECRET, REGION, BUCKET = "wayhome", "a secret/with+signs", "eu-test-1", "papers"


class Bucket(ThreadingHTTPServer):
    """The objects, and how the store behaves: ``says`` is a status to answer with instead of doing anything."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.objects: dict[str, bytes] = {}
        self.says = 0
        self.page = 2

    @property
    def url(self) -> str:
        secret = SECRET.replace("/", "%2F").replace("+", "%2B")
        where = f"http://127.0.0.1:{self.server_address[1]}"
        return f"s3://{KEY_ID}:{secret}@{BUCKET}/office?endpoint={where}&region={REGION}"


@contextmanager
def bucket() -> Iterator[Bucket]:
    server = Bucket()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Asked(BaseHTTPRequestHandler):
    server: Bucket

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self._may(body):
            self.server.objects[self._key] = body
            self._answer(200)

    def do_GET(self) -> None:
        if not self._may(b""):
            return
        if urlsplit(self.path).query:
            self._answer(200, self._listed())
        elif self._key in self.server.objects:
            self._answer(200, self.server.objects[self._key])
        else:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")

    def do_DELETE(self) -> None:
        if self._may(b""):
            self.server.objects.pop(self._key, None)
            self._answer(204)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    @property
    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).removeprefix(f"/{BUCKET}/")

    def _listed(self) -> bytes:
        asked = dict(parse_qsl(urlsplit(self.path).query))
        keys = sorted(key for key in self.server.objects if key.startswith(asked["prefix"]))
        keys = [key for key in keys if key > asked.get("continuation-token", "")]
        shown, more = keys[: self.server.page], len(keys) > self.server.page
        entry = "<Contents><Key>{}</Key><LastModified>2026-03-01T10:00:00.000Z</LastModified><Size>1</Size></Contents>"
        token = f"<NextContinuationToken>{shown[-1]}</NextContinuationToken>" if more else ""
        return f"<ListBucketResult>{''.join(map(entry.format, shown))}{token}</ListBucketResult>".encode()

    def _may(self, body: bytes) -> bool:
        if self.server.says:
            self._answer(self.server.says)
            return False
        if self.headers.get("authorization") != self._signature(body):
            self._answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
            return False
        return True

    def _signature(self, body: bytes) -> str:
        """Return what this request has to be signed with, worked out anew from what arrived."""
        parts, stamp = urlsplit(self.path), self.headers["x-amz-date"]
        named = ("host", "x-amz-content-sha256", "x-amz-date")
        digest = hashlib.sha256(body).hexdigest()
        canonical = [self.command, parts.path, parts.query, *(f"{name}:{self.headers[name]}" for name in named), ""]
        canonical += [";".join(named), digest]
        scope = f"{stamp[:8]}/{REGION}/s3/aws4_request"
        hashed = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
        key = b"AWS4" + SECRET.encode()
        for word in scope.split("/"):
            key = hmac.digest(key, word.encode(), "sha256")
        signed = hmac.digest(key, f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashed}".encode(), "sha256").hex()
        return f"AWS4-HMAC-SHA256 Credential={KEY_ID}/{scope}, SignedHeaders={';'.join(named)}, Signature={signed}"

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
