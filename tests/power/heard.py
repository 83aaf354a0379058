"""What was heard outside the disk: commands asked for, acknowledgements, and ends of the log as they were noted."""

import json
from dataclasses import dataclass, field

from events.noted_heads import NotedHead
from handlers.checks.check_results import Acknowledgement
from tests.power.writer import ASKED_AGAIN
from workflow.command import Command


@dataclass
class Heard:
    """Everything the writers of one disk said, also those that a power cut ended."""

    acks: dict[str, Acknowledgement] = field(default_factory=dict)
    asked: dict[str, Command] = field(default_factory=dict)
    heads: list[NotedHead] = field(default_factory=list)
    is_ready: bool = False

    def take(self, line: bytes) -> None:
        """Take in a line of a writer."""
        told = json.loads(line)
        if "ack" in told:
            self.acks[told["ack"]] = Acknowledgement(told["ack"], told["version"], tuple(told["facts"]))
            self.asked.pop(told["ack"], None)
        elif "ask" in told:
            self.asked[told["ask"]] = ASKED_AGAIN[told["kind"]].model_validate_json(told["body"])
        elif "head" in told:
            self.heads.append(NotedHead(told["head"], bytes.fromhex(told["leaf"]), bytes.fromhex(told["place"])))
        else:
            self.is_ready = True
