"""What the engine may say no with, read off its source: every ``reason(...)`` and ``refused(...)`` as templates.

A text put together from parts becomes a template with ``{}`` where a value stands, as often as it has variants.
Used by tests only: what a program can say, the console must have words for.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Final, NamedTuple

import workflow

_ROOM: Final = Path(workflow.__file__).parent
_ROOMS: Final = (_ROOM, _ROOM.parent / "handlers")
_DEPTH: Final = 6  # how deep a name may lead to a name
_Values = dict[str, list[ast.expr]]  # what a name may stand for at some place of a function
_Functions = Mapping[str, ast.FunctionDef]


class Said(NamedTuple):
    """One thing the engine may say: under which code, as text or as help, and where in the source."""

    code: str
    part: str  # text or help
    template: str
    where: str


def everything_said() -> list[Said]:
    """Return every text and help of every refusal in the rules, in the order of the source."""
    files = [path for room in _ROOMS for path in sorted(room.rglob("*.py")) if path.name != "reasons.py"]
    return [said for path in files for said in _said_in(path)]


def _said_in(path: Path) -> Iterator[Said]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for call, values in _calls(tree.body, {}):
        codes, texts, helps = (_templates(argument, values, functions) for argument in call.args[:3])
        where = f"{path.parent.name}/{path.name}:{call.lineno}"
        for code in codes:
            yield from (Said(code, "text", text, where) for text in texts if text)
            yield from (Said(code, "help", text, where) for text in helps if text)


def _calls(body: list[ast.stmt], values: _Values) -> Iterator[tuple[ast.Call, _Values]]:
    """Yield every call that makes a reason, with what the names may stand for there; ``values`` is told on."""
    for statement in body:
        blocks = [getattr(statement, name) for name in ("body", "orelse", "finalbody") if hasattr(statement, name)]
        blocks += [handler.body for handler in getattr(statement, "handlers", ())]
        if not blocks:
            calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call)]
            yield from ((call, dict(values)) for call in calls if _makes_a_reason(call))
            _told(statement, values)
            continue
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            yield from _calls(statement.body, dict(values))  # what it tells its own names is nobody else's
            continue
        ways = [dict(values) for _ in blocks]
        for block, way in zip(blocks, ways, strict=True):
            yield from _calls(block, way)
        through = [way for block, way in zip(blocks, ways, strict=True) if not _ends(block)]
        for name in {name for way in through for name in way}:
            several = [value for way in through for value in way.get(name, ())]
            values[name] = list(dict.fromkeys(several))


def _makes_a_reason(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in ("reason", "refused")


def _ends(block: list[ast.stmt]) -> bool:
    return bool(block) and isinstance(block[-1], ast.Return | ast.Raise | ast.Continue)


def _told(statement: ast.stmt, values: _Values) -> None:
    """Keep in mind what a statement lets a name stand for."""
    if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
        before = values.get(statement.target.id, [])
        values[statement.target.id] = [ast.BinOp(one, statement.op, statement.value) for one in before]
    if not isinstance(statement, ast.Assign):
        return
    for target in statement.targets:
        value = statement.value
        pairs = [(target, value)]
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            pairs = list(zip(target.elts, value.elts, strict=True))
        values |= {one.id: [its] for one, its in pairs if isinstance(one, ast.Name)}


def _templates(  # noqa: PLR0911 one line for each kind of expression
    node: ast.expr, values: _Values, functions: _Functions, depth: int = _DEPTH
) -> list[str]:
    """Return the templates an expression may come to; what only a run can tell is ``{}``."""

    def read(one: ast.expr) -> list[str]:
        return _templates(one, values, functions, depth - 1) if depth else ["{}"]

    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=parts):
            return ["".join(one) for one in product(*map(read, parts))]
        case ast.FormattedValue(value=value):
            return read(value)
        case ast.IfExp(body=body, orelse=orelse):
            return [*read(body), *read(orelse)]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            added = [a + b for a, b in product(read(left), read(right))]
            return ["{}"] if added == ["{}{}"] else added
        case ast.Name(id=name) if name in values:
            return [text for value in values[name] for text in read(value)]
        case ast.Call(func=ast.Name(id=name)) if name in functions and depth:
            return _returned(functions[name], functions, depth - 1)
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="get"), args=[_, default]) if name in values:
            tables = [table for table in values[name] if isinstance(table, ast.Dict)]
            return [text for table in tables for value in (*table.values, default) for text in read(value)] or ["{}"]
    return ["{}"]


def _returned(function: ast.FunctionDef, functions: _Functions, depth: int) -> list[str]:
    """Return the templates a function of the same file may return."""
    returns = [one.value for one in ast.walk(function) if isinstance(one, ast.Return) and one.value is not None]
    return [text for value in returns for text in _templates(value, {}, functions, depth)]
