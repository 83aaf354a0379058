"""Proves the history of a case again from an auditor's bundle: offline, with nothing but Python 3.8 or later.

Exit codes: 0 all is proved, 1 something is not so, 2 no bundle. What is proved, and what is not: docs/audit.md.
"""

import argparse, base64, hashlib, io, json, re, sys, time, zipfile  # fmt: skip
from typing import Any, Dict, List, Tuple

FILES = ("README.txt", "checkpoint.txt", "events.jsonl", "policy.txt", "proof.json", "released.json", "verify.py")
FILE_MAX, ALL_MAX, SLACK, DAY = 8 << 20, 32 << 20, 300, 86_400  # bytes of a bundle, in it; seconds clocks may differ
SAID = "stream version type type_version occurred_at recorded_at actor mandate cause command_id definition body".split()
_json = json.JSONDecoder(parse_int=lambda digits: int(digits[:20]), parse_float=str).decode


class Wrong(Exception):
    """Something is not so; the text is one sentence for the auditor."""


def _sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def _base64(text: str, length: int = 0) -> bytes:
    raw = base64.b64decode(text, validate=True)
    if base64.b64encode(raw).decode() != text or len(raw) != (length or len(raw)):
        raise ValueError
    return raw


def signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Tell whether an Ed25519 signature over a message is this key's (RFC 8032)."""
    p, order = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
    d = -121665 * pow(121666, -1, p) % p

    def point(raw: bytes) -> Tuple[int, int]:
        y, odd = int.from_bytes(raw, "little") & (1 << 255) - 1, raw[31] >> 7
        square = (y * y - 1) * pow(d * y * y + 1, -1, p) % p
        x = pow(square, (p + 3) // 8, p)
        x = x if x * x % p == square else x * pow(2, (p - 1) // 4, p) % p
        if y >= p or x * x % p != square:
            raise ValueError
        return (x if x & 1 == odd else p - x), y

    def add(a: Tuple[int, int], b: Tuple[int, int]) -> Tuple[int, int]:
        t = d * a[0] * b[0] * a[1] * b[1] % p
        return (a[0] * b[1] + b[0] * a[1]) * pow(1 + t, -1, p) % p, (a[1] * b[1] + a[0] * b[0]) * pow(1 - t, -1, p) % p

    (x, y), base, s = point(key), point(b"\x58" + b"\x66" * 31), int.from_bytes(signature[32:], "little")
    h, found = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % order, (0, 1)
    for bit in range(252, -1, -1):
        found = add(found, found)
        found = add(found, base) if s >> bit & 1 else found
        found = add(found, (p - x, y)) if h >> bit & 1 else found
    return s < order and (found[1] | (found[0] & 1) << 255).to_bytes(32, "little") == signature[:32]


def checkpoint_of(note: str, policy: str, log: str) -> Tuple[int, bytes, Dict[str, int]]:
    """Return how long the log was, its root, and when which witness saw it (C2SP signed-note, tlog-policy)."""
    text, _, below = note.rpartition("\n\n")
    found = re.fullmatch(r"([^\n]+)\n(0|[1-9]\d{0,17})\n([^\n]+)", text)
    lines = re.findall("\u2014 ([^\\s+]+) (\\S+)\n", below)[:64]
    if not found or len(policy) > 1 << 16 or "".join(f"\u2014 {name} {raw}\n" for name, raw in lines) != below:
        raise Wrong("the checkpoint is no signed note of a log, or the policy is too long")
    signatures = {(name, _base64(raw)[:4]): _base64(raw)[4:] for name, raw in lines}
    met, seen, by_log, (quorum,) = {}, {}, False, re.findall(r"(?m)^[ \t]*quorum[ \t]+(\S+)[ \t]*$", policy)

    def signature(vkey: str, kind: int) -> bytes:
        name, key_id, key = vkey.split("+", 2)
        raw = _base64(key, 33)
        if policy.count(key) > 1 or _sha(name.encode(), b"\n", raw)[:4].hex() != key_id or raw[0] != kind:
            raise Wrong("the policy names a key twice, or one that is none of a log or a witness")
        given = signatures.get((name, bytes.fromhex(key_id)), b"")
        at = f"cosignature/v1\ntime {int.from_bytes(given[:8], 'big')}\n" if kind == 4 else ""
        fits = len(given) == (72 if at else 64) and signed(raw[1:], f"{at}{text}\n".encode(), given[-64:])
        return given if fits else b""

    for word, name, *rest in (line.split() for line in re.findall(r"(?m)^[ \t]*([^\s#].*)", policy)):
        if word == "log":
            by_log |= bool(signature(name, 1)) and log in ("", name) and name.split("+")[0] == found[1]
        elif word == "witness" and name not in met:
            met[name] = bool(given := signature(rest[0], 4))
            seen.update({name: int.from_bytes(given[:8], "big")} if given else {})
        elif word == "group" and name not in met and len(set(rest)) == len(rest):
            least = {"any": 1, "all": len(rest) - 1}.get(rest[0]) or int(rest[0])
            met[name] = sum(met[one] for one in rest[1:]) >= max(1, least)
        elif word != "quorum":
            raise Wrong("the policy has a line that belongs in none, or names somebody twice")
    if not by_log or not (quorum == "none" or met.get(quorum)):
        raise Wrong(f"the checkpoint is not signed by {'those' if by_log else 'the log'} the policy names")
    return int(found[2]), _base64(found[3], 32), seen


def leaf_of(event: Dict[str, Any]) -> bytes:
    """Return the hash of an event as the log's tree holds it."""

    def sized(raw: bytes) -> bytes:
        return len(raw).to_bytes(4, "big") + raw

    said = [event[name].to_bytes(8, "big") if "version" in name else sized(event[name].encode()) for name in SAID]
    parts = [sized(one.encode()) for part, whose, hashed in event["sealed"] for one in (part, whose, hashed)]
    hashes = [b"\xff" * 4 if event[name] is None else sized(_base64(event[name], 32)) for name in ("previous", "link")]
    if len(event) != len(SAID) + 3:
        raise ValueError
    return _sha(b"\0wayhome/envelope/1", *said, len(event["sealed"]).to_bytes(4, "big"), *parts, *hashes)


def ways_of(text: str) -> Tuple[str, Dict[Tuple[str, str], Any]]:
    """Return where the journey of a programme file begins, and every way on."""
    block = "".join(one + "\n" for one in re.split(r"\n(?=[^\s#])", "\n" + text) if one.startswith("journey:"))
    block = "\n".join(line.rstrip() for line in re.sub(r"(?m)(^|\s)#.*$", "", block).split("\n") if line.strip()) + "\n"
    lists = dict(re.findall(r"&(\w+)\s+(\[[\w\s,]*\]|(?:- \w+\s*)+)", block))
    block = re.sub(r"&\w+\s+|\*(\w+)", lambda alias: lists[alias[1]] if alias[1] else "", block)
    begin = re.findall(r"\n +initial: +(\w+)(?=\n)", block)
    part = re.findall(r"\n( +)transitions:(\n *- )(.*?)(?=\n\1\w|\n\Z)", block, re.DOTALL)
    pair = re.compile(r"(trigger|source|dest|conditions):\s+(\[[\w\s,]*\]|(?:- \w+\s*)+|\w+)\s*,?\s*")
    ways = {}
    for item in part[0][2].split(part[0][1]) if len(begin) == len(part) == 1 else ["?"]:
        found = {key: re.findall(r"\w+", names) for key, names in pair.findall(item)}
        if pair.sub("", item, len(found)).strip() not in ("", "{}"):
            raise Wrong("the programme's rules are not there, or not written as this program can read them")
        ways.update(
            {(s, found["trigger"][0]): (found["dest"][0], found.get("conditions", [])) for s in found["source"]}
        )
    return begin[0], ways


def last_leaf(stream: str, events: List[Dict[str, Any]], latest: str) -> bytes:
    """Return the leaf of a stream's last event; raises Wrong, naming the first that does not follow."""
    leaf, before = b"", ""
    for number, event in enumerate(events):
        at, follows = event["recorded_at"], _base64(event["previous"] or "")
        if event["version"] != number:
            raise Wrong(f"event {number} of {stream} is missing, or stands elsewhere")
        if follows != leaf:
            raise Wrong(f"event {max(number - 1, 0)} of {stream} is not the one that was written")
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", at) or not before <= at <= latest:
            raise Wrong(f"event {number} of {stream} is from the future, or from before what it follows")
        leaf, before = leaf_of(event), at
    return leaf


def rows_of(events: List[Dict[str, Any]], begin: str, ways: Dict[Tuple[str, str], Any]) -> List[Any]:
    """Return who did what when; raises Wrong at the first event that the rules do not allow."""
    stage, rows, proposed, confirmed = begin, [], {}, {}
    for event in events:
        kind, said, by = event["type"], _json(event["body"]), (event["actor"], event["command_id"], event["mandate"])
        wrong, key = "", said.get("proposal_id", said.get("proposal"))
        did = key or " ".join(said.get("compartments", ()))
        if (kind == "CaseOpened") != (event["version"] == 0) or (kind == "CaseOpened" and said["stage"] != begin):
            wrong = "a case is opened once, where its journey begins"
        elif kind == "StageEntered":
            dest, asked = ways.get((stage, said["trigger"]), ("", []))
            alone = "second_person_agreed" in asked and not key and (proposed or not said.get("second"))
            took = (said["source"], said["dest"], said.get("checked", []), event["definition"])
            if alone or took != (stage, dest, asked, events[0]["definition"]):
                wrong = f"its programme has no such step from {stage}, or asks for more than was done"
            did, stage = f"{said['trigger']}: {stage} -> {dest}", dest
        elif kind == "DecisionProposed":
            proposed[key] = (*by, said["expires_at"])
        elif kind == "DecisionConfirmed":
            first = proposed.get(key, ("", "", "", ""))
            apart = first[0] == said["proposer"] != by[0] and first[1] != by[1] and "operator" not in (first[2], by[2])
            if not apart or key in confirmed or event["recorded_at"][:19] > first[3][:19]:
                wrong = "it was not confirmed once, in time, by another than who had proposed it"
            did, confirmed[key] = f"{key} of {first[0]}", (first[0], by[1])
        elif kind in ("DecisionDeclined", "ProposalWithdrawn", "ProposalLapsed"):
            confirmed[key] = ("", "")
        two = "second" in said and (key or kind == "PersonErased" or (said["second"] and proposed))
        if two and confirmed.get(key) != (said["second"], by[1]):
            wrong = "it rests on a proposal that nobody confirmed with it"
        if wrong:
            raise Wrong(f"event {event['version']} ({kind} by {by[0]}): {wrong}")
        rows.append((event["recorded_at"][:19].replace("T", " "), by[0], by[2], kind, did))
    return rows


def proved(files: Dict[str, str], policy: str, log: str, now: int) -> Tuple[List[str], List[Any]]:
    """Return what has to be said about a bundle, and who did what when; raises Wrong for what is not so."""
    size, root, seen = checkpoint_of(files["checkpoint.txt"], policy or files["policy.txt"], log)
    proof, streams = _json(files["proof.json"]), {}
    for event in map(_json, files["events.jsonl"].rstrip("\n").split("\n")):
        streams.setdefault(event["stream"], []).append(event)
    case, rules = f"case:{proof['case']}", f"programme:{proof['programme']}"
    if [*streams] != [case, rules, "heads:log"] or [event["type"] for event in streams["heads:log"]] != ["HeadsNoted"]:
        raise Wrong("the bundle lacks events, or holds events that have no place in it")
    (heads,), noted = streams["heads:log"], _json(streams["heads:log"][0]["body"])
    latest = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(min([now + DAY, *(at + SLACK for at in seen.values())])))
    if max(seen.values(), default=0) > now + DAY or heads["recorded_at"] > latest:
        raise Wrong("the checkpoint is from the future, or the clock of this machine is wrong")
    for stream, events in streams.items():
        leaf = leaf_of(heads) if events == [heads] else last_leaf(stream, events, latest)
        at, path, beside_map = proof[stream]["index"], proof[stream]["path"], proof[stream]["map"]
        inner = (at ^ size - 1).bit_length()  # so high the way has leaves on both sides; above, only on its left
        sides, key = [at >> bit & 1 for bit in range(inner)] + [1] * bin(at >> inner).count("1"), _sha(stream.encode())
        head = _sha(b"\0wayhome/head/1", key, (len(events) - 1).to_bytes(8, "big"), leaf)
        in_map = [int.from_bytes(key, "big") >> bit & 1 for bit in range(256 - len(beside_map), 256)]
        first, behind = (noted["size"], size) if events == [heads] else (0, min(size, noted["size"]))
        climbs = [(leaf, sides, path, root), (head, in_map, beside_map, bytes.fromhex(noted["root"]))]
        for found, rights, others, end in climbs[: 1 if events == [heads] else 2]:
            for right, other in zip(rights, others):
                found = _sha(b"\1", *(_base64(other, 32), found)[:: 1 if right else -1])
            if not first <= at < behind or (found, len(rights)) != (end, len(others)):
                raise Wrong(f"{stream} does not end so in the log that was signed: it is not whole, or of another log")
    texts = [said["text"] for event in streams[rules] for said in [_json(event["body"])] if "text" in said]
    rules_of = {_sha(text.encode()).hex()[:16]: text for text in texts}
    if len(rules_of) < len({*texts}) or _json(streams[case][0]["body"])["programme"] != proof["programme"]:
        raise Wrong("the programme's files are not those the case was led by")
    rows = rows_of(streams[case], *ways_of(rules_of.get(streams[case][0]["definition"], "")))
    notes = [f"{case} is proved: {len(rows)} events, none left out until {heads['recorded_at'][:19]} UTC"]
    notes += [f"seen by {name} at {time.strftime('%Y-%m-%d %H:%M', time.gmtime(at))} UTC" for name, at in seen.items()]
    notes += [] if seen else ["no witness saw it: whoever runs the log may show others another history"]
    notes += [] if policy else ["whom to trust was told by the bundle itself: name a policy of your own with --policy"]
    notes += ["what released.json tells is the word of who made it"] if _json(files["released.json"]) else []
    return notes, rows


def checked(data: bytes, policy: str, log: str, now: int) -> Tuple[int, List[str], List[Any]]:
    """Return the exit code, what has to be said, and who did what when; whatever cannot be read is refused."""
    code, sentence = 2, "this is no whole bundle of a case: cut short, changed, too large, or with other files"
    try:
        if len(data) > FILE_MAX or (data[:4], data[-22:-18], data[-8:-6]) != (b"PK\3\4", b"PK\5\6", b"\0\0"):
            raise Wrong(sentence)
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            packed = file.infolist()
            sizes = {one.filename: one.file_size if one.compress_type in (0, 8) else ALL_MAX + 1 for one in packed}
            if (*sorted(sizes),) != FILES or len(packed) != len(FILES) or sum(sizes.values()) > ALL_MAX:
                raise Wrong(sentence)
            files = {name: file.open(name).read(length).decode() for name, length in sizes.items()}
        code, sentence = 1, "something in the bundle, or the policy, cannot be read: it was changed"
        return (0, *proved(files, policy, log, now))
    except Exception as problem:  # noqa: BLE001 - whatever it is, it is refused, and in one sentence
        return code, [str(problem) if isinstance(problem, Wrong) else sentence], []


def main() -> int:
    """Check the bundle that the command line names, and print what it proves."""
    asked = argparse.ArgumentParser(description="Prove the history of a case again, offline.")
    asked.add_argument("bundle", type=argparse.FileType("rb"), help="the auditor's bundle: case.audit.zip")
    asked.add_argument("--policy", type=argparse.FileType("rb"), help="who has to sign, from somebody you trust")
    asked.add_argument("--log", default="", help="the log it has to be of: its verifier key")
    given = asked.parse_args()
    policy = given.policy.read(FILE_MAX).decode(errors="replace") if given.policy else ""
    code, notes, rows = checked(given.bundle.read(FILE_MAX + 1), policy, given.log, int(time.time()))
    for line in [*("  ".join(row) for row in rows), "WRONG" if code else "OK", *notes]:
        print("".join(sign if " " <= sign <= "~" else "?" for sign in line))
    return code


if __name__ == "__main__":
    sys.exit(main())
