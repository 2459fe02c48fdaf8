"""Orders for all cases of an incident: laid down at once, carried out case by case, taken back in time.

What is done with one case is handed in: this room sends nothing. Each case has a transaction of its own, in
which the order's place is moved on, so that a worker that dies has done a case wholly or not at all.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from vefa.cases.ending import Ending, OpenPartsError, OutcomeError, end
from vefa.cases.incidents.gathering import IncidentMoveError, locked
from vefa.cases.models import OPEN, Case, Incident, IncidentCase, IncidentOrder, IncidentState, Outcome
from vefa.cases.moves import MoveNotAllowedError
from vefa.cases.queries import visible_to
from vefa.directory.models import Staff
from vefa.directory.queries import municipality
from vefa.journal.record import Happening, record
from vefa.kit.claim import is_too_much

ENDINGS = (Outcome.DONE, Outcome.ANSWERED)  # what all can end with at once
LEFT = "left"  # why it was not done with a case that stood in the incident no longer
log = logging.getLogger(__name__)

Act = Callable[[IncidentOrder, int], None]


class MissingTextError(ValueError):
    """Somebody would read nothing, or a language that is not theirs: `languages` have no text yet."""

    def __init__(self, languages: list[str]) -> None:
        super().__init__(f"no text in {', '.join(languages)}")
        self.languages = languages


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be done with every case. `once` names its sheet of paper: sent again, it is the same."""

    sort: IncidentOrder.Sort
    texts: Mapping[str, str]
    once: str
    outcome: str = ""


@transaction.atomic
def lay_down(*, incident_id: int, order: Order, by: Staff, now: datetime) -> IncidentOrder:
    """Give the order for the cases that this person sees; it waits for some seconds.

    Raises MissingTextError, IncidentMoveError, Incident.DoesNotExist.
    """
    incident = locked(incident_id, None, IncidentState.RUNNING, IncidentState.ENDED)
    known = IncidentOrder.objects.filter(once=order.once[:40]).first()
    if known is not None:
        return known
    ids = ordered_ids(incident, by)
    texts = {code: text.strip() for code, text in order.texts.items() if text.strip()}
    _check(order, texts, ids)
    laid = IncidentOrder.objects.create(
        incident=incident,
        sort=order.sort,
        texts=texts,
        outcome=order.outcome,
        staff=by,
        case_ids=ids,
        once=order.once[:40],
        at=now,
        due_at=now + timedelta(seconds=settings.UNDO_S),
    )
    data = {"order_id": laid.pk, "sort": laid.sort, "outcome": laid.outcome, "cases": len(ids)}
    _tell(laid, "incident.ordered", f"staff:{by.pk}", now, data)
    return laid


def ordered_ids(incident: Incident, staff: Staff) -> list[int]:
    """The open cases of an incident that this person sees, in their order."""
    inside = IncidentCase.objects.filter(incident=incident, left_at=None).values("case_id")
    return list(visible_to(staff).filter(OPEN, id__in=inside).order_by("id").values_list("id", flat=True))


@transaction.atomic
def take_back(*, order_id: int, incident_id: int, by: Staff, now: datetime) -> IncidentOrder:
    """Stop an order: what had its turn stays done. Raises IncidentOrder.DoesNotExist, IncidentMoveError."""
    order = IncidentOrder.objects.select_for_update().get(pk=order_id, incident_id=incident_id)
    if order.finished_at is not None or order.taken_back_at is not None:
        raise IncidentMoveError(f"{order} is over")
    order.taken_back_at = now
    order.save(update_fields=["taken_back_at"])
    data = {"order_id": order.pk, "done": order.done, "left": len(order.case_ids) - order.done}
    _tell(order, "incident.order_taken_back", f"staff:{by.pk}", now, data)
    return order


def carry_out(*, answer: Act, now: datetime, limit: int = 100) -> bool:
    """Give up to `limit` cases of the order that waits longest their turn; whether there was anything to do.

    `answer` says the order's words to all who hear of one case.
    """
    return all(_next(answer, now) for _ in range(limit))


def _next(answer: Act, now: datetime) -> bool:
    with transaction.atomic():
        waiting = IncidentOrder.objects.select_for_update(skip_locked=True).filter(
            finished_at=None, taken_back_at=None, due_at__lte=now
        )
        order = waiting.select_related("staff").order_by("due_at", "id").first()
        if order is None:
            return False
        if order.done < len(order.case_ids):
            case_id = order.case_ids[order.done]
            if why := _done(order, case_id, answer, now):
                order.failed.append([case_id, why])
            order.done += 1
        else:
            order.finished_at = now
            data = {"order_id": order.pk, "done": order.done - len(order.failed), "failed": order.failed}
            _tell(order, "incident.order_carried_out", "system", now, data)
        order.save(update_fields=["done", "failed", "finished_at"])
    return True


def _done(order: IncidentOrder, case_id: int, answer: Act, now: datetime) -> str:
    """Do it with one case; why it was not possible, "" where it was."""
    try:
        with transaction.atomic():
            if not _stands(order, case_id):
                return LEFT
            if order.sort == IncidentOrder.Sort.END:
                _end(order, case_id, now)
            else:
                answer(order, case_id)
    except MoveNotAllowedError:
        return "moved"
    except OpenPartsError:
        return "parts"
    except OutcomeError as error:
        return error.missing
    except Exception as error:  # one odd case must hold up neither its neighbours nor later orders
        if isinstance(error, OperationalError | InterfaceError) and not is_too_much(error):
            raise
        log.warning("Order %s stumbled over case %s: %s", order.pk, case_id, error)
        return "stumbled"
    return ""


def _stands(order: IncidentOrder, case_id: int) -> bool:
    """Whether the case is still in the incident; it stays there until this turn is over."""
    rows = IncidentCase.objects.select_for_update(of=("self",), no_key=True)
    row = rows.filter(incident_id=order.incident_id, case_id=case_id, left_at=None)
    return row.only("id").first() is not None


def _end(order: IncidentOrder, case_id: int, now: datetime) -> None:
    case = Case.objects.only("language").get(pk=case_id)
    words = text_for(order, case.language)
    ending = Ending(outcome=Outcome(order.outcome), reason=words, waiver=words)
    end(case_id=case_id, ending=ending, by=order.staff, now=now)


def told(order: IncidentOrder) -> set[int]:
    """The cases that have their turn, or had it; none that was taken out before it and came back later."""
    return set(order.case_ids) - {case_id for case_id, why in order.failed if why == LEFT}


def text_for(order: IncidentOrder, *languages: str) -> str:
    """The order's words in the first of these languages that it has, else in the city's own, else in any."""
    wanted = (*languages, municipality().default_language, "en", *order.texts)
    return next((str(order.texts[code]) for code in wanted if order.texts.get(code)), "")


def _check(order: Order, texts: Mapping[str, str], case_ids: list[int]) -> None:
    spoken = set(Case.objects.filter(id__in=case_ids).values_list("language", flat=True))
    missing = sorted(spoken - set(texts)) if texts else sorted(spoken or {"en"})
    if missing or not texts:
        raise MissingTextError(missing)
    if order.sort == IncidentOrder.Sort.END and order.outcome not in ENDINGS:
        raise IncidentMoveError(f"nothing ends with {order.outcome!r} at once")


def _tell(order: IncidentOrder, kind: str, actor: str, now: datetime, data: dict[str, Any]) -> None:
    subject = f"incident:{order.incident_id}"
    record([Happening(kind=kind, subject=subject, actor=actor, at=now, data=data)])
