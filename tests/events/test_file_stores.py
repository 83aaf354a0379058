"""Sealed files in a folder and in a store that speaks S3: whole or not at all, and nothing by any other name."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from events.errors import StoreFull, StoreProblem, StoreReadOnly, StoreUnavailable
from events.file_stores import FileStore, FolderFiles, MemoryFiles, hashes_of
from events.s3_address import S3Address, parse_s3
from events.s3_files import S3Files, signed_headers
from events.sealed_content import digest_of
from tests.kit.s3 import BUCKET, Bucket, bucket

PAPERS = (b"one sealed paper", b"another", b"a third \0 of bytes")


@pytest.fixture
def s3() -> Iterator[Bucket]:
    with bucket() as opened:
        yield opened


@pytest.fixture(params=["folder", "s3", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    if request.param == "s3":
        return S3Files(parse_s3(request.getfixturevalue("s3").url))
    return FolderFiles(tmp_path / "files") if request.param == "folder" else MemoryFiles()


def test_what_is_put_is_found_listed_and_removed(store: FileStore) -> None:
    names = [digest_of(paper) for paper in PAPERS]
    assert store.get(names[0]) is None
    store.delete(names[0])
    for name, paper in zip(names, PAPERS, strict=True):
        store.put(name, paper)
        store.put(name, paper)  # sent again
    assert [store.get(name) for name in names] == [*PAPERS]
    assert sorted(file.name for file in store.listed()) == sorted(names)
    assert hashes_of(store) == {name: name for name in names}
    store.delete(names[1])
    assert sorted(file.name for file in store.listed()) == sorted({*names} - {names[1]})


def test_a_name_that_is_no_hash_is_nobodys() -> None:
    with pytest.raises(AssertionError):
        FolderFiles(Path("/nowhere")).put("../keys/keys.sqlite", b"x")


def test_a_disk_that_fills_half_way_leaves_nothing_behind(tmp_path: Path) -> None:
    store, large = FolderFiles(tmp_path / "files"), bytes(300_000)
    store.put(digest_of(PAPERS[0]), PAPERS[0])
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(StoreFull):
            store.put(digest_of(large), large)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [path.name for path in (tmp_path / "files").iterdir()] == [digest_of(PAPERS[0])]


def test_a_folder_is_made_when_something_is_put_there_and_is_its_owners(tmp_path: Path) -> None:
    store = FolderFiles(tmp_path / "files")
    assert not [*store.listed()]
    assert not (tmp_path / "files").exists()
    store.put(digest_of(b"x"), b"x")
    assert (tmp_path / "files").stat().st_mode & 0o777 == 0o700


# -- a store that speaks S3 -----------------------------------------------------------------------------------------


def test_a_request_is_signed_as_amazon_s_own_examples_are() -> None:
    # https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "Example: GET Bucket Lifecycle"
    # and "Example: Get Bucket (List Objects)"
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    at = S3Address("https://examplebucket.s3.amazonaws.com", "", "", "us-east-1", "AKIAIOSFODNN7EXAMPLE", secret)
    when = datetime(2013, 5, 24, tzinfo=UTC)
    for query, signature in (
        ("lifecycle=", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ("max-keys=2&prefix=J", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ):
        found = signed_headers(at, "GET", "/", query, b"", when)["authorization"]
        assert found.endswith(f"SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={signature}")


def test_objects_lie_in_the_folder_of_the_bucket_that_the_setting_names(s3: Bucket) -> None:
    S3Files(parse_s3(s3.url)).put(digest_of(b"x"), b"x")
    assert [*s3.objects] == [f"office/{digest_of(b'x')}"]
    s3.objects["office/somebody-elses.txt"] = s3.objects["other/" + digest_of(b"y")] = b"y"
    assert [file.name for file in S3Files(parse_s3(s3.url)).listed()] == [digest_of(b"x")]


@pytest.mark.parametrize(
    ("status", "problem"), [(403, StoreReadOnly), (500, StoreUnavailable), (301, StoreUnavailable), (507, StoreFull)]
)
def test_a_store_that_says_no_is_told_and_its_secret_is_not(
    s3: Bucket, status: int, problem: type[StoreProblem]
) -> None:
    s3.says = status
    store = S3Files(parse_s3(s3.url))
    for asked in (
        lambda: store.put(digest_of(b"x"), b"x"),
        lambda: store.get(digest_of(b"x")),
        lambda: [*store.listed()],
    ):
        with pytest.raises(problem) as refused:
            asked()
        assert "secret" not in str(refused.value)
        assert BUCKET not in str(refused.value)


def test_a_wrong_secret_is_let_in_nowhere_and_nobody_listening_is_told(s3: Bucket) -> None:
    at = parse_s3(s3.url)
    with pytest.raises(StoreReadOnly):
        S3Files(at._replace(secret="another")).put(digest_of(b"x"), b"x")
    with pytest.raises(StoreUnavailable):
        S3Files(at._replace(endpoint="http://127.0.0.1:1")).get(digest_of(b"x"))


@pytest.mark.parametrize(
    "url",
    [
        "s3://bucket?endpoint=https://host",
        "s3://id:secret@bucket?endpoint=http://elsewhere.example",
        "s3://id:secret@bucket",
        "https://id:secret@bucket",
    ],
)
def test_an_address_that_is_none_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(ValueError, match=r"address|endpoint") as refused:
        parse_s3(url)
    assert "secret" not in str(refused.value)
