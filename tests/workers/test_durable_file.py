"""What may be relied on when a file is written once: all of it or nothing, and never over something else."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from workers.errors import DifferentContent
from workers.running.durable_file import write_once

KILLED_WHILE_NAMING_THE_FILE = """
import os, signal, sys
from pathlib import Path
from workers.running.durable_file import write_once

def die(draft, path):
    os.kill(os.getpid(), signal.SIGKILL)

write_once(Path(sys.argv[1]), b"whole", link=die)
"""


def test_a_file_is_written_and_says_so(tmp_path: Path) -> None:
    assert write_once(tmp_path / "a.eml", b"whole")
    assert (tmp_path / "a.eml").read_bytes() == b"whole"


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    write_once(tmp_path / "a.eml", b"whole")
    assert stat.S_IMODE((tmp_path / "a.eml").stat().st_mode) == 0o600


def test_the_same_content_again_changes_nothing(tmp_path: Path) -> None:
    write_once(tmp_path / "a.eml", b"whole")
    before = (tmp_path / "a.eml").stat()
    assert not write_once(tmp_path / "a.eml", b"whole")
    after = (tmp_path / "a.eml").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_other_content_is_refused_and_the_first_stays(tmp_path: Path) -> None:
    write_once(tmp_path / "a.eml", b"whole")
    with pytest.raises(DifferentContent):
        write_once(tmp_path / "a.eml", b"other")
    assert (tmp_path / "a.eml").read_bytes() == b"whole"


def test_different_content_is_a_file_that_exists() -> None:
    assert issubclass(DifferentContent, FileExistsError)


def test_a_draft_never_stays_behind(tmp_path: Path) -> None:
    write_once(tmp_path / "a.eml", b"whole")
    write_once(tmp_path / "a.eml", b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["a.eml"]


def test_a_failure_while_naming_the_file_leaves_nothing(tmp_path: Path) -> None:
    def fail(_draft: Path, _path: Path) -> None:
        raise OSError("no more names")

    with pytest.raises(OSError, match="no more names"):
        write_once(tmp_path / "a.eml", b"whole", link=fail)
    assert list(tmp_path.iterdir()) == []


def test_a_killed_writer_leaves_nothing_under_the_final_name(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    code = [sys.executable, "-c", KILLED_WHILE_NAMING_THE_FILE, str(path)]
    killed = subprocess.run(code, check=False, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})
    assert killed.returncode == -signal.SIGKILL
    assert not path.exists()
    assert write_once(path, b"whole")


def test_of_two_writers_with_the_same_bytes_one_wins_and_both_succeed(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"

    def be_overtaken(draft: Path, final: Path) -> None:
        final.write_bytes(b"whole")
        os.link(draft, final)

    assert not write_once(path, b"whole", link=be_overtaken)
    assert [found.name for found in tmp_path.iterdir()] == ["a.eml"]


def test_a_writer_overtaken_by_other_bytes_is_refused(tmp_path: Path) -> None:
    def be_overtaken(draft: Path, final: Path) -> None:
        final.write_bytes(b"other")
        os.link(draft, final)

    with pytest.raises(DifferentContent):
        write_once(tmp_path / "a.eml", b"whole", link=be_overtaken)
    assert (tmp_path / "a.eml").read_bytes() == b"other"


def test_a_link_to_elsewhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"whole")
    (tmp_path / "a.eml").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DifferentContent):
        write_once(tmp_path / "a.eml", b"whole")
