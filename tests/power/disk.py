"""A disk whose power can be cut: ext4 in an image in memory, behind a loop device."""

import fcntl
import os
import struct
import subprocess
from pathlib import Path
from typing import Final

IMAGE_BYTES: Final = 384 << 20
_GOING_DOWN: Final = 0x8004587D  # EXT4_IOC_SHUTDOWN, as linux/fs/ext4/ext4.h has it
_WITHOUT_FLUSH: Final = 2  # EXT4_GOING_FLAGS_NOLOGFLUSH: not even the journal is written any more
_COPIES_MAX: Final = 200
# Neither is time's to decide: what no process has asked for is not written while a run lasts.
_OPTIONS: Final = "loop,noatime,commit=300"


class Disk:
    """One mounted image; the loop device goes with the mount, and both with the namespace."""

    def __init__(self, image: Path, place: Path) -> None:
        self.image, self.place = image, place
        place.mkdir(exist_ok=True)

    @classmethod
    def new(cls, image: Path, place: Path) -> "Disk":
        """Return an empty disk, mounted."""
        with image.open("wb") as file:
            file.truncate(IMAGE_BYTES)
        _run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", str(image))
        disk = cls(image, place)
        disk.mount()
        return disk

    def mount(self) -> None:
        """Mount the image, which replays the disk's journal as after a power cut."""
        _run("mount", "-o", _OPTIONS, str(self.image), str(self.place))

    def unmount(self) -> None:
        """Take the disk out; does nothing where none is in.

        Lazily, because whoever could not open an office there may have left a file open.
        """
        if self.place.is_mount():
            _run("umount", "-l", str(self.place))

    def go_dark(self) -> None:
        """Cut the power in the middle of whatever is being written: nothing reaches the image any more."""
        handle = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, _GOING_DOWN, struct.pack("I", _WITHOUT_FLUSH))
        finally:
            os.close(handle)

    def copied_unsynced(self, image: Path) -> None:
        """Copy what has reached the image, as it was at one instant: again, when something came in between."""
        for _ in range(_COPIES_MAX):
            before = self._written()
            _run("cp", "--sparse=always", str(self.image), str(image))
            if self._written() == before:
                return
        raise AssertionError("the disk does not stand still: somebody writes who should be stopped")

    def _written(self) -> tuple[str, ...]:
        """Return how much was written and what is under way, as the device counts it."""
        if not self.place.is_mount():
            return ()
        device = self.place.stat().st_dev
        told = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}/stat").read_text().split()
        return told[4], told[6], told[8]


def _run(*words: str) -> None:
    found = subprocess.run(words, capture_output=True, text=True, check=False)
    assert not found.returncode, f"{' '.join(words)}: {found.stderr.strip()}"
