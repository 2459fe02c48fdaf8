"""What somebody is typing, kept on the server so that no machine and no colleague can lose it."""

from datetime import datetime

from vefa.dialogue.models import Draft
from vefa.directory.models import Staff
from vefa.kit.prepared import Prepared, Question

BOXES = ("reply", "note")


def keep(*, case_id: int, staff: Staff, box: str, text: str, now: datetime) -> None:
    """Keep the text as it stands; an empty one discards the draft. Raises ValueError for an unknown box."""
    if box not in BOXES:
        raise ValueError(f"no such box: {box}")
    if not text.strip():
        discard(case_id=case_id, staff=staff, box=box)
        return
    Draft.objects.update_or_create(
        case_id=case_id, staff=staff, box=box, defaults={"text": text, "saved_at": now}
    )


def kept(*, case_id: int, staff: Staff) -> dict[str, str]:
    """The drafts of one person on one case, by box."""
    return {one.box: one.text for one in _DRAFTS(case_id, staff.pk)}


def kept_asked(*, case_id: int, staff: Staff) -> list[Question]:
    """What `kept` will ask, for `together`."""
    return [(_DRAFTS, (case_id, staff.pk))]


_DRAFTS = Prepared(
    lambda case_id, staff_id: Draft.objects.filter(case_id=case_id, staff_id=staff_id),
    int,
    int,
    planned=True,
)


def discard(*, case_id: int, staff: Staff, box: str) -> None:
    """Forget a draft, if there is one."""
    Draft.objects.filter(case_id=case_id, staff=staff, box=box).delete()
