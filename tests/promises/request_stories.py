"""Stories of requests, played on the pure step under the sample configuration.

A transcript has an entry for each event: its outcome, the state of the dossier, and all that anyone
hears of it, in the words of the payloads.
"""

from dataclasses import replace
from typing import Any

import orjson

from broker.core.effects import Effects
from broker.core.step import step
from broker.model.dossier import Change, Dossier, Target
from tests.broker_in_process import body
from tests.sample_events import event, remembered, rules, said

Tree = dict[str, Any]
PROFILES = {"declaration": "qz-declarations", "item": "upu-itmatt", "visit": "uk-nmsw-fal5",
            "flight": "paxlst-guide"}  # fmt: skip
WORDS = "GoodsShipment.GovernmentAgencyGoodsItem[1].Commodity.Description"


class Story:
    """A dossier, step by step; `transcript` is what everyone heard."""

    def __init__(self, kind: str) -> None:
        self.kind, self.number = kind, 0
        self.dossier = Dossier("o_1", kind)
        self.transcript: list[Tree] = []

    def lodge(self, tree: Tree, package: str, part: str = "", does: str = "put") -> None:
        """A document of a declarant."""
        self._does(does, tree, part=part, package=package)

    def goods(self, *codes: str) -> None:
        """A declaration with an item for each code."""
        self.lodge(body("QZ-1", *codes), "goods-declaration")

    def amend(self, words: str) -> None:
        """Item 1 is to be described otherwise."""
        element = {"SequenceNumeric": "1", "Commodity": {"Description": words}}
        tree = {"FunctionalReferenceID": f"A-{self.number}",
                "Amendment": [{"ChangeReasonCode": "21"}],
                "GoodsShipment": {"GovernmentAgencyGoodsItem": [element]}}  # fmt: skip
        changes = (Change("amend", WORDS, {}),)
        self._does("patch", tree, package="goods-declaration", changes=changes)

    def ask(self, does: str, part: str = "", **tree: str) -> None:
        """A request in the broker's own form."""
        self._does(does, {"FunctionalReferenceID": f"R-{self.number}", **tree}, part=part,
                   package="request")  # fmt: skip

    def amend_by_form(self, path: str, tree: Tree, package: str, part: str = "") -> None:
        """One element is to be changed, by the broker's own form; `tree` holds its value."""
        changes = (Change("amend", path, {}, {"json_pointer": "/changes/0", "block": 1}),)
        form = {"FunctionalReferenceID": f"R-{self.number}", "Reason": [{"Text": "a slip"}]}
        self._does("patch", tree, package=package, part=part, changes=changes, form=form)

    def answer(self, recipient: str, status: str, purpose: str, **more: Any) -> None:
        """An agency answers what it was shown last."""
        delivery = self.dossier.shown[Target("", recipient, purpose)].delivery
        self._answer(recipient, {"StatusCode": status, **more}, delivery)

    def decide(self, recipient: str, status: str, request: int) -> None:
        """An agency decides a request by its number."""
        self._answer(recipient, {"StatusCode": status}, "", RequestID=str(request))

    def correct(self, words: str) -> None:
        """Customs describes item 1 otherwise of its own accord."""
        element = {"SequenceNumeric": "1", "Commodity": {"Description": words}}
        amended = {"GoodsShipment": {"GovernmentAgencyGoodsItem": [element]}}
        delivery = self.dossier.shown[Target("", "customs", "customs-control")].delivery
        self._answer("customs", {}, delivery, changes=(Change("amend", WORDS, {}),),
                     AmendedDeclaration=amended)  # fmt: skip

    def pass_to(self, name: str, at: str) -> None:
        """A moment that was due comes."""
        self._apply(event("elapsed", self._next(), kind=self.kind, name=name, received_at=at))

    def _answer(self, recipient: str, content: Tree, delivery: str, **more: Any) -> None:
        changes = more.pop("changes", ())
        made = said(self._next(), recipient, delivery, [content],
                    kind=self.kind, changes=changes)  # fmt: skip
        self._apply(replace(made, body={**made.body, **more}))

    def _does(self, does: str, tree: Tree, **more: Any) -> None:
        made = event(does, self._next(), kind=self.kind, body=tree,
                     profile=PROFILES[self.kind], **more)  # fmt: skip
        self._apply(made)

    def _next(self) -> int:
        self.number += 1
        return self.number

    def _apply(self, made: Any) -> None:
        effects = step(self.dossier, made, rules())
        self.dossier = remembered(effects)
        self.transcript.append({
            "event": f"{made.does} {made.recipient or made.part or made.name}".strip(),
            "outcome": effects.outcome,
            "problems": [problem.code for problem in effects.problems],
            "dossier": f"{self.dossier.state}, {self.dossier.overall}",
            "versions": dict(self.dossier.versions),
            "heard": list(_heard(effects)),
        })  # fmt: skip


def _heard(effects: Effects) -> Any:
    for row in effects.queue:
        content = orjson.loads(row.payload)
        entry: Tree = {"to": row.recipient, "type": row.type}
        if row.what == "request":
            entry |= {name: content[name] for name in ("request", "decides", "changes", "reasons")}
        elif row.what == "reply":
            board = content.get("board", {})
            entry["reply_to"] = orjson.loads(row.context).get("reply_to")
            entry["status"] = content["status"]
            entry |= {name: board[name] for name in ("Request", "Answer", "Question")
                      if board.get(name)}  # fmt: skip
            if content.get("problems"):
                entry["problems"] = [
                    [problem["code"], problem.get("native", "")] for problem in content["problems"]
                ]
        yield entry
    for gone in effects.withdrawals:
        yield {"to": gone.target.recipient, "type": gone.notice.type, "part": gone.target.part}
