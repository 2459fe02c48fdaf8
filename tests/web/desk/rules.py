"""What each address of the desk asks for: read by the matrix of rights. What is not here is not allowed."""

from dataclasses import dataclass, field
from typing import Any

from vefa.directory.access import Action
from vefa.directory.models import Role
from vefa.web.desk.possible import ACTS

STAFF = {
    Role.OPERATOR: "derya", Role.HEAD: "murat", Role.DISTRICT_HEAD: "selin", Role.CREW: "kemal",
    Role.HEADMAN: "hasan", Role.MAYOR: "leyla", Role.EXPERT: "olga", Role.ADMINISTRATOR: "ayse",
    Role.AUDITOR: "orhan",
}  # fmt: skip
SEES_EVERYTHING = {Role.OPERATOR, Role.MAYOR, Role.EXPERT, Role.ADMINISTRATOR, Role.AUDITOR}


@dataclass(frozen=True)
class Rule:
    """What an address asks for: a right (None: nothing but being there), a method, and what it is about."""

    right: Action | None
    method: str = "GET"
    about: str = ""  # "", or what is named in the address: seen only by those who see its case
    data: dict[str, str] = field(default_factory=dict)
    also: Action | None = None  # a right that the same address asks for beside


RULES: dict[str, list[Rule]] = {
    "queue": [Rule(Action.READ)],
    "list": [Rule(Action.READ)],
    "counts": [Rule(Action.READ)],
    "search": [Rule(Action.READ)],
    "profile": [Rule(Action.READ), Rule(Action.READ, "POST", data={"form": "look"})],
    "new-second-step": [Rule(Action.READ), Rule(Action.READ, "POST")],
    "leave-everywhere": [Rule(Action.READ, "POST")],
    "sign-in": [Rule(None), Rule(None, "POST")],
    "second": [Rule(None), Rule(None, "POST")],
    "sign-out": [Rule(None, "POST")],
    "bulk": [Rule(Action.ASSIGN)],
    "bulk-act": [Rule(Action.ASSIGN, "POST")],
    "bulk-done": [Rule(Action.ASSIGN)],
    "extensions": [Rule(Action.APPROVE)],
    "decide-extension": [Rule(Action.APPROVE, "POST", "extension", {"do": "refuse"})],
    "enter": [Rule(Action.ENTER), Rule(Action.ENTER, "POST", data={"text": ""})],
    "hints": [Rule(Action.ENTER, "POST", data={"text": "çukur"})],
    "copied": [Rule(Action.ENTER), Rule(Action.ENTER, "POST", data={"link": ""})],
    "entered": [Rule(Action.ENTER)],
    "calls": [Rule(Action.PRIVATE)],
    "calls-bar": [Rule(Action.PRIVATE)],
    "dial": [Rule(Action.ANSWER, "POST", data={"number": "0532 111 22 33"})],
    "seat": [Rule(Action.READ, "POST", data={"state": "lunch"})],
    "call-back": [Rule(Action.ANSWER, "POST", "call back", {"do": "tried"})],
    "spot": [Rule(Action.ENTER, "POST", "call", {"service": "1"})],
    "unspot": [Rule(Action.ENTER, "POST", "call")],
    "recording": [Rule(Action.PRIVATE, about="recording")],
    "wallboard": [Rule(Action.READ)],
    "case": [Rule(Action.READ, about="case")],
    "talk": [Rule(Action.READ, about="case")],
    "around": [Rule(Action.READ, about="case")],
    "matters": [
        Rule(Action.READ, about="case"),
        Rule(Action.READ, "POST", "case", also=Action.ASSIGN),
    ],
    "original": [Rule(Action.PRIVATE, about="contact")],
    "phrases": [Rule(Action.ANSWER, about="case"), Rule(Action.ANSWER, "POST", "case", {"key": "received"})],
    "suggest": [
        Rule(Action.ANSWER, about="case"),
        Rule(Action.ANSWER, "POST", "case", {"do": "summary"}),
    ],
    "reply": [
        Rule(Action.READ, "POST", "case", {"do": "send", "text": "Geliyoruz."}, also=Action.ANSWER),
        Rule(Action.READ, "POST", "case", {"do": "note", "text": "Ekip 4 yakında."}, also=Action.NOTE),
    ],
    "draft": [Rule(Action.NOTE, "POST", "case", {"text": "Sayın"})],
    "take-back": [Rule(Action.ANSWER, "POST", "reply")],
    "decide": [Rule(Action.ANSWER, "POST", "case", {"service": "pothole"})],
    "act": [Rule(Action.READ, "POST", f"act:{act.name}", also=act.action) for act in ACTS],
    "act-form": [Rule(Action.READ, "GET", f"act:{act.name}", also=act.action) for act in ACTS],
    "file": [Rule(Action.READ, about="file")],
    "drafts": [Rule(Action.NOTE)],
    "troubles": [Rule(Action.REQUEUE)],
    "again": [Rule(Action.REQUEUE, "POST", "parked")],
    "follow-again": [Rule(Action.REQUEUE, "POST", data={"which": "all"})],
    "fetch-again": [Rule(Action.REQUEUE, "POST", data={"which": "all"})],
    "settle": [Rule(Action.REQUEUE, "POST", "delivery", {"do": "arrived"})],
    "citizen": [Rule(Action.PRIVATE, about="citizen")],
    "citizen-join": [Rule(Action.MERGE, "POST", "citizen")],
    "merge": [Rule(Action.MERGE, "POST", "likeness", {"do": "different"})],
    "unmerge": [Rule(Action.MERGE, "POST", "merge")],
    "catalogue": [Rule(Action.ADMINISTER)],
    "catalogue-add": [Rule(Action.ADMINISTER), Rule(Action.ADMINISTER, "POST", data={"code": "a b"})],
    "catalogue-try": [Rule(Action.ADMINISTER), Rule(Action.ADMINISTER, "POST", data={"message": "çukur"})],
    "catalogue-service": [
        Rule(Action.ADMINISTER),
        Rule(Action.ADMINISTER, "POST", data={"do": "try", "message": "çukur"}),
    ],
    "catalogue-versions": [Rule(Action.ADMINISTER)],
    "catalogue-act": [Rule(Action.ADMINISTER, "POST")],
    "model": [Rule(Action.APPROVE)],
    "model-threshold": [Rule(Action.ADMINISTER, "POST", data={"at": "70"})],
    "model-learn": [Rule(Action.ADMINISTER, "POST")],
    "model-back": [Rule(Action.ADMINISTER, "POST")],
    "model-adopt": [Rule(Action.ADMINISTER, "POST")],
    "why": [Rule(Action.READ, about="case")],
    "why-confirm": [Rule(Action.ANSWER, "POST", "case")],
    "endpoints": [Rule(Action.ADMINISTER)],
    "endpoint-new": [Rule(Action.ADMINISTER)],
    "endpoint-add": [Rule(Action.ADMINISTER), Rule(Action.ADMINISTER, "POST", data={"key": "x"})],
    "endpoint": [Rule(Action.ADMINISTER)],
    "endpoint-particulars": [Rule(Action.ADMINISTER), Rule(Action.ADMINISTER, "POST")],
    "endpoint-settings": [Rule(Action.ADMINISTER), Rule(Action.ADMINISTER, "POST")],
    "endpoint-hours": [Rule(Action.ADMINISTER), Rule(Action.ADMINISTER, "POST")],
    "endpoint-try": [Rule(Action.ADMINISTER), Rule(Action.ADMINISTER, "POST", data={"to": "7"})],
    "endpoint-act": [Rule(Action.ADMINISTER, "POST")],
    "morning": [Rule(Action.ANSWER)],
    "morning-thing": [Rule(Action.ANSWER)],
    "morning-act": [Rule(Action.ANSWER, "POST", data={"do": "leave"})],
    "morning-back": [Rule(Action.ANSWER, "POST")],
    "private": [Rule(Action.ANSWER)],
    "private-message": [Rule(Action.ANSWER, about="private")],
    "private-act": [Rule(Action.ANSWER, "POST", "private", {"do": "keep"})],
    "private-file": [Rule(Action.ANSWER, about="private-file")],
    "delegations": [Rule(Action.DELEGATE), Rule(Action.DELEGATE, "POST", data={"account": "0"})],
    "end-delegation": [Rule(Action.DELEGATE, "POST", "delegation")],
    "telephones": [Rule(Action.ENTER), Rule(Action.ENTER, "POST")],
    "unlink": [Rule(Action.ENTER, "POST", "telephone")],
    "meetings": [Rule(Action.ENTER), Rule(Action.ENTER, "POST", data={"name": ""})],
    "meeting": [
        Rule(Action.ENTER, about="meeting"),
        Rule(Action.ENTER, "POST", "meeting", {"text": ""}),
    ],
    "strike": [Rule(Action.ENTER, "POST", "meeting line")],
    "batch": [Rule(Action.ENTER), Rule(Action.ENTER, "POST")],
    "paper": [Rule(Action.ENTER), Rule(Action.ENTER, "POST", data={"count": "0"})],
    "paper-run": [Rule(Action.ENTER, about="paper run")],
    "paper-enter": [Rule(Action.ENTER), Rule(Action.ENTER, "POST")],
    "triage": [Rule(Action.ANSWER)],
    "triage-undo": [Rule(Action.ANSWER, "POST")],
    "triage-again": [Rule(Action.ANSWER, "POST")],
    "triage-act": [
        Rule(
            Action.ANSWER,
            "POST",
            "act:decide",
            {"service": "pothole", "kind": "request", "urgency": "0"},
        ),
        Rule(Action.ANSWER, "POST", "act:merge", {"master": "1"}, also=Action.MERGE),
        Rule(Action.ANSWER, "POST", "act:split", also=Action.ASSIGN),
        Rule(Action.ANSWER, "POST", "act:skip"),
    ],
    "meaning": [Rule(Action.READ)],
    "alike": [
        Rule(Action.READ, about="case"),
        Rule(Action.READ, "POST", "case", {"do": "gather", "incident": "1"}, also=Action.MERGE),
    ],
    "incidents": [Rule(Action.READ)],
    "incident-new": [Rule(Action.MERGE), Rule(Action.MERGE, "POST", data={"name": ""})],
    "incident": [Rule(Action.READ, about="incident")],
    "incident-answer": [Rule(Action.MERGE, about="incident"), Rule(Action.MERGE, "POST", "incident")],
    "incident-act": [
        Rule(Action.MERGE, "POST", f"incident act:{name}", {"order": "1"})
        for name in ("alter", "join", "leave", "finish")
    ],
    "groups": [Rule(Action.PRIVATE)],
    "group-adopt": [Rule(Action.ADMINISTER, "POST")],
    "group": [Rule(Action.PRIVATE, about="group")],
    "group-newer": [Rule(Action.PRIVATE, about="group")],
    "group-decide": [
        Rule(Action.PRIVATE, "POST", "group message", {"do": "case"}, also=Action.ENTER),
        Rule(Action.PRIVATE, "POST", "group message", {"do": "talk"}, also=Action.RESOLVE),
    ],
    "announce": [Rule(Action.ANSWER), Rule(Action.ANSWER, "POST", data={"text": ""})],
    "trail": [Rule(Action.AUDIT)],
    "gallery": [Rule(Action.ADMINISTER)],
    "gallery-areas": [Rule(Action.ADMINISTER)],
}
# Not there even for those who may: the town has no ready sentences, and the answer to take back is a
# colleague's.
MISSING = {
    "model-adopt", "group-adopt", "unlink", ("phrases", "POST"), "take-back",
}  # fmt: skip
CALLS = {"call", "call back", "recording"}  # of the city's line: seen by those who see everything
# Who has a part in the mayor's own account, and in one of a unit that nobody here heads.
OWNERS = {
    "paper run": SEES_EVERYTHING | {Role.HEADMAN}, "meeting line": SEES_EVERYTHING | {Role.HEADMAN},
    "meeting": SEES_EVERYTHING | {Role.HEADMAN, Role.DISTRICT_HEAD},
    "group": SEES_EVERYTHING | {Role.HEAD}, "group message": SEES_EVERYTHING | {Role.HEAD},
    "private": {Role.MAYOR}, "private-file": {Role.MAYOR}, "telephone": set[Role](),
    "delegation": {Role.MAYOR, Role.ADMINISTRATOR},
}  # fmt: skip
FOREIGN_OWNERS = {
    **{key: set[Role]() for key in OWNERS}, "delegation": {Role.ADMINISTRATOR},
    "group": SEES_EVERYTHING, "group message": SEES_EVERYTHING, "paper run": SEES_EVERYTHING,
    "meeting": SEES_EVERYTHING, "meeting line": SEES_EVERYTHING,
}  # fmt: skip
BOT = 1001  # as the town numbers its accounts
PLAIN: dict[str, list[Any]] = {
    "catalogue-service": ["pothole"],
    "catalogue-versions": ["pothole"],
    "catalogue-act": ["pothole", "retire"],
    "endpoint-add": ["telegram"],
    "endpoint": [BOT],
    "endpoint-particulars": [BOT],
    "endpoint-settings": [BOT],
    "endpoint-hours": [BOT],
    "endpoint-try": [BOT],
    "endpoint-act": [BOT, "pause"],
    "model-adopt": [BOT],
    "morning-thing": [1],
    "morning-act": [1],
    "list": ["open"],
    "bulk-act": ["take"],
    "bulk-done": ["5f0c"],
    "entered": ["26-00001-1"],
}
