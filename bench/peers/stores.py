"""Where each peer keeps its cases, by its name; only what is asked for is imported."""

from __future__ import annotations

from bench.peers.work import Store


def open_store(kind: str, url: str, *, workers: bool = True, create: bool = True) -> Store:
    """Return the store of a kind of peer; ``workers`` says that other processes will write too."""
    match kind:
        case "by-hand":
            from bench.peers.by_hand import ByHand

            return ByHand(url)
        case "pipelined":
            from bench.peers.by_hand import Pipelined

            return Pipelined(url)
        case "orm":
            from bench.peers.orm import Orm

            return Orm(url)
        case "eventsourcing" | "eventsourcing-functions":
            from bench.peers.eventsourced import Eventsourced

            functions = kind.endswith("functions")
            return Eventsourced(url, functions=functions, alone=not workers, create=create)
        case "procrastinate":
            from bench.peers.procrastinating import Procrastinating

            return Procrastinating(url, create=create)
    raise ValueError(kind)
