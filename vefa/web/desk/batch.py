"""A paper list that a neighbourhood head or an activist brings: its photo, and its lines typed in."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.core import signing
from django.http import HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from vefa.channels.queries import NoDoorError, door_of
from vefa.directory.access import Action
from vefa.directory.models import Role
from vefa.inbox import files, intake, lines
from vefa.inbox.files import StoredFile
from vefa.inbox.lines import Entry, Line
from vefa.web.desk.choices import areas
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.desk.lines import Typed, TypedRow, blank_rows, keep_rows, read_rows
from vefa.web.desk.unkept import why_not
from vefa.web.ui.show import show
from vefa.web.ui.uploads import FilesField

MOST = 40
FIRST = 10
NAMES = ("text", "place", "name", "phone")
SALT = "photos of a list"


class BatchForm(forms.Form):
    """Whose list, and its photo."""

    who = forms.CharField(label=_("Who brings the list?"), max_length=200)
    area = forms.TypedChoiceField(
        label=_("Area of the whole list"), choices=areas, coerce=int, empty_value=None, required=False
    )
    photos = FilesField(label=_("Photos of the paper"), required=False, accept="image/*,application/pdf")
    stored = forms.CharField(required=False, widget=forms.HiddenInput)
    token = forms.UUIDField(widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only(Action.ENTER)
def page(request: StaffRequest) -> HttpResponse:
    """The page; lines that are right are kept at once, the others come back with what is wrong."""
    now = timezone.now()
    own = request.staff.role == Role.HEADMAN
    initial = {"token": uuid4(), "who": request.staff.name if own else ""}
    sent = request.method == "POST"
    form = BatchForm(request.POST if sent else None, request.FILES if sent else None, initial=initial)
    typed = Typed()
    if request.method == "POST":
        rows = read_rows(request.POST, NAMES, most=MOST)
        typed = _kept(request, form, rows, now) if form.is_valid() and rows else Typed(rows)
        if not rows:
            form.add_error(None, gettext("Type at least one line."))
    done = bool(typed.kept) and not typed.wrong and not form.errors
    context = {
        "frame": frame_of(request, now=now),
        "form": form,
        "typed": typed,
        "rows": _to_type(typed, done=done),
        "stored": _stored_count(form),
        "done": done,
        "most": MOST,
    }
    return show(request, "desk/batch.html", None, context, status=422 if form.errors or typed.wrong else 200)


def _kept(request: StaffRequest, form: BatchForm, rows: Sequence[TypedRow], now: datetime) -> Typed:
    asked = form.cleaned_data
    try:
        photos = _photos(form, asked)
        endpoint_id = door_of("headman")
    except files.RefusedFileError:
        form.add_error("photos", gettext("We do not keep this file: too large, empty, or of another type."))
        return Typed(rows)
    except (files.NoRoomError, NoDoorError) as error:
        form.add_error(None, why_not(error))
        return Typed(rows)
    passed = {"name": asked["who"], "at": now.isoformat()}
    if request.staff.role == Role.HEADMAN:
        passed["staff_id"] = str(request.staff.pk)

    def keep(row: TypedRow) -> str:
        line = Line(
            text=row.typed["text"], place_text=row.typed["place"], name=row.typed["name"],
            phone=row.typed["phone"], area_id=asked["area"],
        )  # fmt: skip
        entry = Entry(
            line=line, endpoint_id=endpoint_id, external_id=f"batch:{asked['token']}:{row.number}",
            said_at=now, now=now, files=_shared(photos),
            details={"taken_by": request.staff.pk, "passed_on": passed},
        )  # fmt: skip
        return lines.enter(entry).reference or ""

    typed = keep_rows(rows, keep)
    intake.wake()
    return typed


def _photos(form: BatchForm, asked: dict[str, Any]) -> list[StoredFile]:
    """What was uploaded now, else what an earlier try of this page left here."""
    limit = settings.UPLOAD_LIMIT_MB * 1024 * 1024
    fresh = [files.store(one.chunks(), name=one.name, limit_bytes=limit) for one in asked["photos"]]
    if fresh:
        assert isinstance(form.data, QueryDict)
        data = form.data.copy()
        data["stored"] = signing.dumps([{**asdict(one), "key": str(one.key)} for one in fresh], salt=SALT)
        form.data = data
        return fresh
    return _stored(asked["stored"])


def _stored(word: str) -> list[StoredFile]:
    try:
        facts = signing.loads(word, salt=SALT) if word else []
    except signing.BadSignature:
        return []
    return [StoredFile(**{**one, "key": UUID(one["key"])}) for one in facts]


def _stored_count(form: BatchForm) -> int:
    return len(_stored(str(form.data.get("stored", ""))))


def _shared(photos: Sequence[StoredFile]) -> tuple[StoredFile, ...]:
    """The photo hangs on every line, each with a file of its own, so that one can go without the others."""
    return tuple(files.share(one, key=uuid4()) for one in photos)


def _to_type(typed: Typed, *, done: bool) -> list[TypedRow]:
    """The rows that are typed into: what must be mended, else what was typed, else a fresh page."""
    if done:
        return []
    if typed.rows:
        return [one for one in typed.rows if not one.kept]
    return blank_rows(NAMES, count=FIRST)
