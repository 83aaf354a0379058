"""Files in a store that speaks S3, asked with five requests and signed by AWS Signature Version 4.

https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html. What lies there is ciphertext under its
own hash: the store can lose it and learn how much there is, and neither read nor exchange it unnoticed.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final
from urllib.parse import quote, urlsplit

from events.errors import StoreFull, StoreProblem, StoreReadOnly, StoreUnavailable
from events.file_stores import NAME, STORED_BYTES_MAX, FileStore, StoredFile
from events.s3_address import S3Address

_TIMEOUT_S: Final = 20
_LIST_BYTES_MAX: Final = 4_000_000  # a page of a thousand names is a tenth of this
_PAGES_MAX: Final = 10_000
_ENTRY: Final = re.compile(r"<Contents>(.*?)</Contents>", re.DOTALL)
_KEY: Final = re.compile(r"<Key>([^<]+)</Key>")
_MODIFIED: Final = re.compile(r"<LastModified>([^<]+)</LastModified>")
_NEXT: Final = re.compile(r"<NextContinuationToken>([^<]+)</NextContinuationToken>")
Now = Callable[[], datetime]


class S3Files(FileStore):
    """Files as objects of one bucket; a time-out is StoreUnavailable, and asking again is harmless."""

    def __init__(self, address: S3Address, now: Now = lambda: datetime.now(UTC)) -> None:
        self._at = address
        self._now = now

    def put(self, name: str, data: bytes) -> None:
        """Keep the bytes; the store says 200 when it has them."""
        self._asked("PUT", self._path(name), body=data)

    def get(self, name: str) -> bytes | None:
        """Return the object's bytes."""
        status, found = self._asked("GET", self._path(name), bytes_max=STORED_BYTES_MAX)
        return None if status == 404 else found

    def delete(self, name: str) -> None:
        """Remove the object; in a bucket that keeps versions it stays there, which the operator's guide forbids."""
        self._asked("DELETE", self._path(name))

    def listed(self) -> Iterator[StoredFile]:
        """Yield the objects of the folder, page by page."""
        prefix = f"{self._at.folder}/" if self._at.folder else ""
        after = ""
        for _ in range(_PAGES_MAX):
            query = {"list-type": "2", "prefix": prefix} | ({"continuation-token": after} if after else {})
            _, found = self._asked("GET", f"/{self._at.bucket}", query, bytes_max=_LIST_BYTES_MAX)
            page = found.decode(errors="replace")
            for entry in _ENTRY.findall(page):
                name, modified = _KEY.search(entry), _MODIFIED.search(entry)
                if name and modified and NAME.fullmatch(name[1].removeprefix(prefix)):
                    yield StoredFile(name[1].removeprefix(prefix), datetime.fromisoformat(modified[1]).timestamp())
            token = _NEXT.search(page)
            if token is None:
                return
            after = token[1]

    def _path(self, name: str) -> str:
        assert NAME.fullmatch(name), "a file is named by its hash"
        return "/" + "/".join(part for part in (self._at.bucket, self._at.folder, name) if part)

    def _asked(
        self, verb: str, path: str, query: dict[str, str] | None = None, body: bytes = b"", bytes_max: int = 65_536
    ) -> tuple[int, bytes]:
        """Return status and body of an answer that is no fault; redirections are one: they could lead anywhere."""
        host = urlsplit(self._at.endpoint)
        path = quote((host.path or "") + path)
        asked = "&".join(f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in sorted((query or {}).items()))
        kind = HTTPSConnection if host.scheme == "https" else HTTPConnection
        connection = kind(host.hostname or "", host.port, timeout=_TIMEOUT_S)
        try:
            headers = signed_headers(self._at, verb, path, asked, body, self._now())
            connection.request(verb, f"{path}?{asked}" if asked else path, body or None, headers)
            answer = connection.getresponse()
            found = answer.read(bytes_max + 1)
        except (OSError, HTTPException) as problem:
            raise StoreUnavailable(
                f"the store of files does not answer ({type(problem).__name__}); try again"
            ) from None
        finally:
            connection.close()
        if answer.status >= 300 and not (answer.status == 404 and verb in ("GET", "DELETE") and not query):
            raise _as_problem(answer.status)
        return answer.status, found


def signed_headers(at: S3Address, verb: str, path: str, query: str, body: bytes, now: datetime) -> dict[str, str]:
    """Return the headers of a request, signed; path and query are as they are sent."""
    stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    headers = {
        "host": urlsplit(at.endpoint).netloc, "x-amz-content-sha256": hashlib.sha256(body).hexdigest(),
        "x-amz-date": stamp,
    }  # fmt: skip
    named = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = "\n".join((verb, path, query, lines, named, headers["x-amz-content-sha256"]))
    scope = f"{day}/{at.region}/s3/aws4_request"
    text = "\n".join(("AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(request.encode()).hexdigest()))
    key = f"AWS4{at.secret}".encode()
    for part in (day, at.region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    said = f"AWS4-HMAC-SHA256 Credential={at.key_id}/{scope}, SignedHeaders={named}, Signature={signature}"
    return headers | {"authorization": said}


def _as_problem(status: int) -> StoreProblem:
    if status in (401, 403):
        return StoreReadOnly(f"the store of files does not let this office in ({status}); check the key in the setting")
    if status == 507:
        return StoreFull("the store of files has no room left; nothing was attached")
    return StoreUnavailable(f"the store of files answered {status}; try again, or look at its own log")
