"""What can be done with a case: each act with its form, its right and where it may begin."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vefa.cases.duty import agency_of
from vefa.cases.lifecycle import Move, allowed
from vefa.cases.models import Case, Promise, PromiseKind, State
from vefa.cases.showing import may_be_shown
from vefa.directory.access import Action, can
from vefa.directory.models import Staff
from vefa.kit.masking import masked
from vefa.web.desk.forms import (
    AskForm,
    AssignForm,
    DescribeForm,
    DoubleForm,
    EndForm,
    ExplainForm,
    ExtendForm,
    KeptForm,
    NoForm,
    NotKeptForm,
    PartForm,
    PauseForm,
    PlanForm,
    PromiseForm,
    PublicForm,
    ReferForm,
    ReopenForm,
    TransferForm,
)
from vefa.web.ui import words


@dataclass(frozen=True)
class Act:
    """One thing that can be done: `move` None means at any time while the case is open."""

    name: str
    label: Any
    icon: str
    action: Action
    form: type[forms.Form]
    move: Move | None = None
    key: str = ""
    other_key: str = ""
    primary: bool = False
    first: bool = False  # stands in sight; the others wait behind "More"


ACTS: Sequence[Act] = (
    Act("take", _("Take it"), "person", Action.ASSIGN, NoForm, Move.TAKE, key="m", first=True),
    Act(
        "end",
        _("Report the outcome"),
        "kept",
        Action.RESOLVE,
        EndForm,
        Move.END,
        key="e",
        primary=True,
        first=True,
    ),
    Act("ask", _("Ask the resident"), "waiting", Action.ANSWER, AskForm, Move.ASK, first=True),
    Act("assign", _("Assign"), "person", Action.ASSIGN, AssignForm, Move.ASSIGN, key="a", first=True),
    Act(
        "transfer",
        _("Transfer to another unit"),
        "pass",
        Action.TRANSFER,
        TransferForm,
        Move.TRANSFER,
        key="t",
        first=True,
    ),
    Act("refer", _("Pass on to an agency"), "forward", Action.TRANSFER, ReferForm, Move.REFER),
    Act("plan", _("Plan a day"), "clock", Action.RESOLVE, PlanForm, Move.PLAN, key="s"),
    Act("resume", _("Go on without waiting"), "forward", Action.ASSIGN, NoForm, Move.RESUME, first=True),
    Act(
        "describe",
        _("Correct what it is about"),
        "pin",
        Action.ANSWER,
        DescribeForm,
        key="c",
        other_key="l",
    ),
    Act("part", _("Cut off a part"), "part", Action.ASSIGN, PartForm),
    Act("double", _("It follows another case"), "merge", Action.MERGE, DoubleForm, Move.DOUBLE, key="d"),
    Act("promise", _("Give a promise"), "clock", Action.ANSWER, PromiseForm),
    Act("extend", _("Ask for more time"), "clock", Action.RESOLVE, ExtendForm),
    Act("explain", _("Say why it is late"), "late", Action.ANSWER, ExplainForm, key="y"),
    Act("keep", _("A promise is kept"), "kept", Action.ANSWER, KeptForm),
    Act("unkeep", _("A promise is not kept after all"), "undo", Action.ANSWER, NotKeptForm),
    Act("pause", _("Stop the clock"), "waiting", Action.RESOLVE, PauseForm),
    Act("run", _("Let the clock run"), "clock", Action.RESOLVE, NoForm),
    Act("public", _("Show to everybody"), "web", Action.ANSWER, PublicForm),
    Act("private", _("Mark as private"), "lock", Action.ANSWER, NoForm),
    Act(
        "reopen",
        _("Open again"),
        "undo",
        Action.RESOLVE,
        ReopenForm,
        Move.REOPEN,
        primary=True,
        first=True,
    ),
    Act("undouble", _("It stands for itself again"), "undo", Action.MERGE, NoForm),
)


@dataclass(frozen=True)
class ActForm:
    """An act as the page shows it; its form is drawn only where it is open, for some list a hundred units."""

    act: Act
    form: forms.BaseForm | None = None
    open: bool = False

    @property
    def at_once(self) -> bool:
        """Whether there is nothing to fill in."""
        return self.act.form is NoForm


@dataclass(frozen=True)
class Shown:
    """Which act is unfolded, and its form if that comes back as it was typed."""

    act: str = ""
    form: forms.BaseForm | None = None


def act_forms(staff: Staff, case: Case, promises: Sequence[Promise], *, shown: Shown) -> list[ActForm]:
    """Everything that this person may do with this case now, with the form of the one that is unfolded."""
    place = place_of(case, promises)
    return [
        opened(act, case, promises, shown=shown) if act.name == shown.act else ActForm(act)
        for act in ACTS
        if place.fits(act) and can(staff, act.action)
    ]


def opened(act: Act, case: Case, promises: Sequence[Promise], *, shown: Shown) -> ActForm:
    """The act with its form, ready to be typed into."""
    if shown.form is not None:
        return ActForm(act, shown.form, open=True)
    form = act.form(initial=initial(act, case, promises), auto_id=f"{act.name}_%s")
    fill(act, form, promises)
    for field in list(form.fields.values())[:1]:
        field.widget.attrs["autofocus"] = True
    return ActForm(act, form, open=True)


def fill(act: Act, form: forms.BaseForm, promises: Sequence[Promise]) -> None:
    """Offer the promises of the case with which the act can be done to a form that asks for one."""
    field = form.fields.get("promise")
    if isinstance(field, forms.ChoiceField):
        field.choices = [(str(one.pk), _offered(one)) for one in promises if MEANT[act.name](one)]


def _offered(promise: Promise) -> str:
    named = promise.text or promise_names()[promise.kind]
    return f"{named} · {words.near(promise.due_at, words.reader())}" if promise.due_at else named


def promise_names() -> Mapping[str, str]:
    """What each sort of promise is called."""
    return {
        PromiseKind.FIRST_ANSWER: gettext("A first answer"),
        PromiseKind.RESOLUTION: gettext("A result"),
        PromiseKind.LEGAL: gettext("An answer by law"),
        PromiseKind.GIVEN: gettext("A promise"),
    }


def owed(promise: Promise) -> bool:
    """Whether it is still to be kept."""
    return promise.kept_at is None and promise.dropped_at is None


def runs(promise: Promise) -> bool:
    """Whether its clock is running towards a moment that has not passed unkept."""
    return owed(promise) and promise.broken_at is None and promise.due_at is not None


def is_late(promise: Promise) -> bool:
    """Whether its moment has passed and somebody still waits."""
    return owed(promise) and promise.broken_at is not None


def in_hand(promise: Promise) -> bool:
    """Whether a person gave it, so that a person says when it is kept."""
    return owed(promise) and promise.kind == PromiseKind.GIVEN


def put_down(promise: Promise) -> bool:
    """Whether a person gave it and said that it is kept."""
    return promise.kind == PromiseKind.GIVEN and promise.kept_at is not None and promise.dropped_at is None


# Of the acts that ask which promise is meant: those with which each can be done.
MEANT: Mapping[str, Callable[[Promise], bool]] = {
    "extend": runs,
    "explain": is_late,
    "keep": in_hand,
    "unkeep": put_down,
}


def stands_still(promises: Sequence[Promise]) -> bool:
    """Whether the clock of something owed was stopped."""
    return any(owed(one) and one.due_at is None for one in promises)


@dataclass(frozen=True)
class Standing:
    """Where a case stands: the moves that it allows, and the acts for which more must be known."""

    going: bool
    moves: Collection[Move]
    special: Mapping[str, bool]

    def fits(self, act: Act) -> bool:
        """Whether the act may begin here."""
        if act.name in self.special:
            return self.special[act.name]
        return act.move in self.moves if act.move is not None else self.going


def place_of(case: Case, promises: Sequence[Promise] = ()) -> Standing:
    """Where the case stands, with what is owed on it."""
    still, going = stands_still(promises), case.state != State.ENDED
    running = [one for one in promises if runs(one)]
    special = {
        "undouble": case.master_id is not None,
        "reopen": not going and case.master_id is None,
        "private": not case.private,
        "public": going and may_be_shown(case.service),
        "part": case.parent_id is None and going,
        **{name: going and any(meant(one) for one in promises) for name, meant in MEANT.items()},
        "pause": going and not still and any(one.minutes is not None for one in running),
        "run": going and still and case.state != State.WAITING,
    }
    return Standing(going, allowed(case), special)


def fits(act: Act, case: Case, promises: Sequence[Promise] = ()) -> bool:
    """Whether the case stands where the act may begin."""
    return place_of(case, promises).fits(act)


def initial(act: Act, case: Case, promises: Sequence[Promise] = ()) -> dict[str, Any]:
    """What the form holds before anybody types."""
    if act.name == "explain":
        return {"why": next((one.broken_why for one in promises if is_late(one)), "")}
    if act.name == "describe":
        return {
            "service": case.service_id,
            "area": case.area_id,
            "place_text": case.place_text,
            "owner": (case.facts or {}).get("owner", ""),
            "kind": case.kind,
            "urgency": case.urgency,
            "title": case.title,
        }
    if act.name == "public":
        return {"text": case.public_text or masked(case.title)}
    if act.name in {"refer", "end"}:
        agency = agency_of(case)
        return {"agency": agency.pk} if agency else {}
    return {"text": case.text} if act.name == "part" else {}
