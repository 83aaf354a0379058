"""The address of a store that speaks S3: ``s3://ID:SECRET@bucket/folder?endpoint=https://host&region=eu-central-1``."""

from typing import Final, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

_OURS: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class S3Address(NamedTuple):
    """Where a bucket is and who asks."""

    endpoint: str
    bucket: str
    folder: str
    region: str
    key_id: str
    secret: str


def parse_s3(url: str) -> S3Address:
    """Return the address of a store; raises ValueError, whose text repeats nothing of it, for one that is none."""
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query))
    where = urlsplit(asked.get("endpoint", ""))
    if parts.scheme != "s3" or not (parts.hostname and parts.username and parts.password):
        raise ValueError("is not an address like s3://ID:SECRET@bucket/folder?endpoint=https://host&region=name")
    if where.scheme != "https" and not (where.scheme == "http" and where.hostname in _OURS):
        raise ValueError("needs an endpoint that begins with https://; only this machine may be asked without")
    key_id, secret = unquote(parts.username), unquote(parts.password)
    endpoint, region = asked["endpoint"].rstrip("/"), asked.get("region", "us-east-1")
    return S3Address(endpoint, parts.hostname, parts.path.strip("/"), region, key_id, secret)
