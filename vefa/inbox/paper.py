"""Forms on paper for the day on which nothing works: their numbers are reserved when they are printed.

A number is given out once, to one piece of paper; what was written on it is typed in later, under the paper's
own date and time, and once.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count

from vefa.directory.access import scope_of
from vefa.directory.models import Staff
from vefa.inbox import numbers
from vefa.inbox.lines import Entry, Line, enter
from vefa.inbox.models import Contact, PaperForm, PaperRun
from vefa.kit import ids
from vefa.kit.ids import BadReferenceError, read_reference

MOST = 200  # forms of one run


class UnknownNumberError(LookupError):
    """No form of this number was printed, or a digit is mistyped."""


class UsedNumberError(Exception):
    """What stands on this form was typed in already; `reference` names its case."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"{reference} is entered already")
        self.reference = reference


class MomentError(ValueError):
    """The form cannot have been filled in then: before it was printed, or in the future."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One form as it was filled in; `filled_at` in UTC is the moment that stands on it."""

    reference: str
    filled_at: datetime
    line: Line


def print_forms(count: int, *, language: str, by: Staff, now: datetime) -> PaperRun:
    """Reserve numbers for `count` forms (1 to MOST). Raises ValueError."""
    if not 1 <= count <= MOST:
        raise ValueError(f"1 to {MOST} forms, not {count}")
    with transaction.atomic():
        run = PaperRun.objects.create(by=by, at=now, language=language)
        PaperForm.objects.bulk_create(
            PaperForm(run=run, reference=reference, secret=ids.secret())
            for reference in numbers.draw(count, at=now)
        )
    return run


def runs(*, limit: int = 50) -> list[PaperRun]:
    """What was printed, the latest first; `printed` and `entered` count the forms of each."""
    rows = PaperRun.objects.select_related("by").annotate(
        printed=Count("forms"), entered=Count("forms__contact")
    )
    return list(rows.order_by("-id")[:limit])


def may_print(run: PaperRun, staff: Staff) -> bool:
    """Whether the sheets are shown to this person: each bears the link by which its resident is known."""
    return run.by_id == staff.pk or scope_of(staff).everything


def run_of(run_id: int, *, staff: Staff) -> PaperRun | None:
    """One run, for who may print it."""
    run = PaperRun.objects.filter(pk=run_id).select_related("by").first()
    return run if run is not None and may_print(run, staff) else None


def sheets_of(run: PaperRun) -> list[PaperForm]:
    """The forms of a run that are still to be filled in: the link of the others is a resident's by now."""
    return list(run.forms.filter(contact=None).order_by("id"))


def unused(*, limit: int = 500) -> list[PaperForm]:
    """The numbers that stand on paper and were not entered yet, the oldest first."""
    rows = PaperForm.objects.filter(contact=None).select_related("run__by")
    return list(rows.order_by("id")[:limit])


def form_of(typed: str) -> PaperForm:
    """The form of a number as somebody typed it. Raises UnknownNumberError."""
    try:
        reference = read_reference(typed)
    except BadReferenceError as error:
        raise UnknownNumberError(str(error)) from error
    found = PaperForm.objects.filter(reference=reference).select_related("run").first()
    if found is None:
        raise UnknownNumberError(f"no form {reference} was printed")
    return found


def enter_form(sheet: Sheet, *, endpoint_id: int, token: UUID, by: Staff, now: datetime) -> PaperForm:
    """Type in one form; the same token and number again change nothing. Must not be in a transaction.

    Raises UnknownNumberError, UsedNumberError, MomentError.
    """
    form = form_of(sheet.reference)
    if form.contact_id is not None and not _same_page(form, token):
        raise UsedNumberError(form.reference)
    if sheet.filled_at > now or sheet.filled_at < form.run.at.replace(second=0, microsecond=0):
        raise MomentError(f"{form.reference} was printed at {form.run.at}")
    try:
        accepted = enter(
            Entry(
                line=sheet.line,
                endpoint_id=endpoint_id,
                external_id=f"paper:{form.reference}",
                said_at=sheet.filled_at,
                now=now,
                reference=form.reference,
                secret=form.secret,
                details={"paper": str(token), "taken_by": by.pk},
            )
        )
    except IntegrityError as error:  # the number came in by another account a moment ago
        raise UsedNumberError(form.reference) from error
    PaperForm.objects.filter(pk=form.pk, contact=None).update(
        contact_id=accepted.contact_id, entered_at=now, entered_by=by
    )
    form.refresh_from_db()
    if not accepted.fresh and not _same_page(form, token):
        raise UsedNumberError(form.reference)
    return form


def _same_page(form: PaperForm, token: UUID) -> bool:
    kept = Contact.objects.filter(pk=form.contact_id or 0).first()
    return kept is not None and kept.details.get("paper") == str(token)
