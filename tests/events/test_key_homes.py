"""Where the key-encryption key lies: who can open what with one share, two, three, and with a wrong passphrase."""

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.errors import KeysMissing
from events.key_encryption import Kek, alone_at, kek_of, write_secret
from events.key_homes import KekFile
from events.key_shares import NUMBERS, Line, line_through
from events.key_stores import FileKeys
from tests.kit.key_stores import AT, CHANCE, OTHER, SOMEBODY

COST = 2**10
SECRETS = st.binary(min_size=32, max_size=32)
RIGHT = "five little words of chance"


# -- shares as numbers -------------------------------------------------------------------------------------------


@given(SECRETS, SECRETS, st.sampled_from(list(combinations(NUMBERS, 2))))
def test_any_two_shares_give_the_secret_back_and_the_third_share_too(
    secret: bytes, slope: bytes, two: tuple[int, int]
) -> None:
    line = Line(secret, slope)
    found = line_through({number: line.share(number) for number in two})
    assert found == line
    assert [found.share(number) for number in NUMBERS] == [line.share(number) for number in NUMBERS]


FEW = st.binary(min_size=2, max_size=2)  # each byte is shared out by itself


@given(FEW, FEW, FEW, st.sampled_from(NUMBERS))
def test_one_share_fits_every_secret_there_is(secret: bytes, slope: bytes, another: bytes, number: int) -> None:
    share = Line(secret, slope).share(number)
    other = {2: 3, 3: 1, 1: 2}[number]
    # For every secret there is a line through it and the share: what the share is of cannot be told from it.
    drawn = line_through({number: share, other: _on_a_line_with(another, share, number, other)})
    assert (drawn.secret, drawn.share(number)) == (another, share)


def _on_a_line_with(secret: bytes, share: bytes, number: int, other: int) -> bytes:
    slopes = [bytes(s for s in range(256) if Line(bytes([one]), bytes([s])).share(number)[0] == two)
              for one, two in zip(secret, share, strict=True)]  # fmt: skip
    assert {len(found) for found in slopes} == {1}, "exactly one for each"
    return Line(secret, b"".join(slopes)).share(other)


@given(SECRETS, SECRETS, st.integers(0, 255), st.integers(1, 255))
def test_a_changed_share_gives_another_key_whose_name_is_wrong(secret: bytes, slope: bytes, at: int, by: int) -> None:
    line, place = Line(secret, slope), at % 32
    share = bytearray(line.share(1))
    share[place] ^= by
    assert kek_of(line_through({1: bytes(share), 2: line.share(2)}).secret).id != kek_of(secret).id


# -- homes -------------------------------------------------------------------------------------------------------


class Three:
    """Three officers' places, and a key shared out to them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.places = [folder / who / "share.json" for who in ("anna", "boris", "vera")]
        for place in self.places:
            place.parent.mkdir()
        self.keys = FileKeys(folder / "keys.sqlite", CHANCE, self.home())
        self.made = self.keys.ensure([SOMEBODY, OTHER])
        self.home().change("shares", places=self.places)

    def home(self) -> KekFile:
        return KekFile(self.folder / "kek" / "kek.json", CHANCE)

    def opens(self) -> bool:
        keys = FileKeys(self.folder / "keys.sqlite", CHANCE, self.home())
        try:
            return OTHER in keys.find([OTHER])
        finally:
            keys.close()


@pytest.fixture
def three(tmp_path: Path) -> Three:
    return Three(tmp_path)


@pytest.mark.parametrize("here", [(0, 1), (0, 2), (1, 2), (0, 1, 2)])
def test_any_two_officers_open_the_keys(three: Three, here: tuple[int, ...]) -> None:
    for number in {0, 1, 2} - set(here):
        three.places[number].unlink()
    assert three.opens()


@pytest.mark.parametrize("here", [0, 1, 2])
def test_one_officer_alone_opens_nothing(three: Three, here: int) -> None:
    for number in {0, 1, 2} - {here}:
        three.places[number].unlink()
    with pytest.raises(KeysMissing, match="1 of three officers' shares are here, and two are needed"):
        three.opens()


def test_nothing_of_the_key_stays_where_it_lay_before(three: Three) -> None:
    (kek,) = three.home().load().values()
    for file in three.folder.rglob("*"):
        if file.is_file():
            assert kek.key not in file.read_bytes()
    assert json.loads((three.folder / "kek" / "kek.json").read_bytes())["content"] == ""


def test_an_erasure_gives_every_officer_who_is_here_a_new_share(three: Three) -> None:
    absent = three.places[2].read_bytes()
    three.places[2].unlink()
    three.keys.close()
    keys = FileKeys(three.folder / "keys.sqlite", CHANCE, three.home())
    keys.destroy(["P-1"], AT)
    three.places[2].write_bytes(absent)  # she comes back with what she had
    three.places[2].chmod(0o600)
    assert list(three.home().stand_of_shares().values()) == ["up to date", "up to date", "older"]
    three.places[0].rename(three.places[0].with_suffix(".away"))
    with pytest.raises(KeysMissing, match="do not belong together"):
        three.opens()
    three.places[0].with_suffix(".away").rename(three.places[0])
    keys.destroy(["P-8"], AT)
    assert list(three.home().stand_of_shares().values()) == ["up to date"] * 3
    three.places[0].unlink()
    assert three.opens(), "her share is of today again"
    keys.close()


def test_the_share_of_somebody_who_was_away_is_of_today_once_the_store_is_opened(three: Three) -> None:
    older = three.places[2].read_bytes()
    three.keys.destroy(["P-1"], AT)
    three.places[2].write_bytes(older)
    three.home().keep_only(three.keys.state().kek)
    assert list(three.home().stand_of_shares().values()) == ["up to date"] * 3


def test_an_erasure_waits_until_two_officers_are_here(three: Three) -> None:
    keys = FileKeys(three.folder / "keys.sqlite", CHANCE, three.home())
    three.places[0].unlink()
    three.places[1].unlink()
    with pytest.raises(KeysMissing, match="two are needed"):
        keys.destroy(["P-1"], AT)
    assert keys.destroyed() == {}
    keys.close()


def test_officers_may_leave_once_an_erasure_is_done_and_those_who_were_away_need_not_come(three: Three) -> None:
    other = FileKeys(three.folder / "keys.sqlite", CHANCE, three.home())
    other.find([OTHER])
    keys = FileKeys(three.folder / "keys.sqlite", CHANCE, three.home())
    keys.destroy(["P-1"], AT)
    other.refresh()  # as a process that serves does by itself, twice a second
    for place in three.places:
        place.unlink()
    for store in (keys, other):
        store._cache.clear()
        assert store.find([OTHER, SOMEBODY]) == {OTHER: three.made[OTHER]}
        store.close()


def test_a_lost_share_is_made_again_and_the_stick_it_was_on_is_worth_nothing(three: Three) -> None:
    lost = three.places[0].read_bytes()
    three.places[0].unlink()
    three.home().change("shares", places=three.places)
    three.places[1].unlink()
    assert three.opens()
    three.places[2].write_bytes(three.places[0].read_bytes())
    three.places[0].write_bytes(lost)
    with pytest.raises(KeysMissing):
        three.opens()


def test_a_spoilt_share_does_no_harm_while_two_others_are_here(three: Three) -> None:
    told = json.loads(three.places[0].read_bytes())
    told["of"] = dict.fromkeys(told["of"], "A" * 43 + "=")
    three.places[0].write_text(json.dumps(told))
    assert three.opens()
    three.places[0].write_text("what is this")
    with pytest.raises(KeysMissing, match="no officer's share"):
        three.opens()


def test_three_shares_lie_in_three_places(three: Three) -> None:
    with pytest.raises(KeysMissing, match="three places"):
        three.home().change("shares", places=[three.places[0]] * 3)
    assert three.opens()


class Sealed:
    """A key under a passphrase."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "kek" / "kek.json"
        keys = FileKeys(folder / "keys.sqlite", CHANCE, self.home(RIGHT))
        self.made = keys.ensure([SOMEBODY, OTHER])
        keys.close()
        self.home("").change("passphrase", passphrase=RIGHT, cost=COST)
        self.file = folder / "keys.sqlite"

    def home(self, passphrase: str) -> KekFile:
        return KekFile(self.path, CHANCE, lambda: passphrase)


def test_the_right_passphrase_opens_and_a_wrong_one_says_so_and_changes_nothing(tmp_path: Path) -> None:
    sealed = Sealed(tmp_path)
    before = (sealed.path.read_bytes(), sealed.file.read_bytes())
    with pytest.raises(KeysMissing, match="this is not the passphrase of"):
        FileKeys(sealed.file, CHANCE, sealed.home("something quite else"))
    with pytest.raises(KeysMissing, match="WAYHOME_KEK_PASSPHRASE_FILE"):
        FileKeys(sealed.file, CHANCE, KekFile(sealed.path, CHANCE))
    assert (sealed.path.read_bytes(), sealed.file.read_bytes()) == before
    keys = FileKeys(sealed.file, CHANCE, sealed.home(RIGHT))
    assert keys.find([SOMEBODY, OTHER]) == sealed.made
    keys.destroy(["P-1"], AT)
    keys.close()
    keys = FileKeys(sealed.file, CHANCE, sealed.home(RIGHT))
    assert keys.find([SOMEBODY, OTHER]) == {OTHER: sealed.made[OTHER]}
    keys.close()


def test_the_passphrase_is_asked_for_once_and_again_after_a_lock(tmp_path: Path) -> None:
    sealed, asked = Sealed(tmp_path), []

    def ask() -> str:
        asked.append(1)
        return RIGHT

    keys = FileKeys(sealed.file, CHANCE, KekFile(sealed.path, CHANCE, ask))
    keys.find([SOMEBODY])
    keys.destroy(["P-1"], AT)
    before = len(asked)
    keys.lock("staff:anna")
    assert keys.home._stretched == {}  # type: ignore[attr-defined]
    keys.unlock("staff:anna")
    keys.find([OTHER])
    assert len(asked) > before
    keys.close()


def test_a_short_passphrase_is_refused(tmp_path: Path) -> None:
    sealed = Sealed(tmp_path)
    with pytest.raises(KeysMissing, match="12 letters"):
        sealed.home(RIGHT).change("passphrase", passphrase="short", cost=COST)
    assert sealed.home(RIGHT).load()


def test_a_home_can_be_changed_to_any_other_kind_and_back(tmp_path: Path) -> None:
    sealed = Sealed(tmp_path)
    three = [tmp_path / f"{n}.json" for n in NUMBERS]
    before = sealed.home(RIGHT).load()
    sealed.home(RIGHT).change("shares", places=three)
    assert sealed.home("").load() == before
    sealed.home("").change("file")
    assert sealed.home("").load() == before
    assert not any(place.exists() for place in three), "what opened it yesterday is not left behind"


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "kek.json"
    for content in (b"nothing", b"[]", b'{"kind": "file", "other": 1}'):
        write_secret(path, content)
        with pytest.raises(KeysMissing, match="no file of a key-encryption key"):
            KekFile(path, CHANCE).load()


def test_what_was_written_over_does_not_stay_under_another_name(tmp_path: Path) -> None:
    path, other = tmp_path / "secret", tmp_path / "link"
    write_secret(path, b"the first one")
    other.hardlink_to(path)
    write_secret(path, b"another")
    assert (path.read_bytes(), set(other.read_bytes())) == (b"another", {0})
    assert path.stat().st_mode & 0o777 == 0o600
    with alone_at(path):
        assert path.with_name("secret.lock").exists()


def test_two_who_put_a_key_into_one_home_lose_neither(tmp_path: Path) -> None:

    keks: list[Kek] = [kek_of(CHANCE.bytes(32)) for _ in range(16)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda kek: KekFile(tmp_path / "kek.json", CHANCE).add(kek, "one"), keks))
    assert KekFile(tmp_path / "kek.json", CHANCE).load().keys() == {kek.id for kek in keks}
