"""The texts that providers approved beforehand: fetched hourly and on request, kept as last seen."""

import logging
import re
from collections.abc import Collection
from datetime import datetime

import httpx
import msgspec
from django.db import transaction
from django.db.models import Q

from vefa.channels.accounts import adapter_of
from vefa.channels.manners import Templated, TemplateFound
from vefa.channels.models import Endpoint, Template
from vefa.channels.port import Adapter, SendError
from vefa.channels.registry import CHANNELS
from vefa.channels.sharing import DOOR

APPROVED, GONE = "approved", "gone"
GAP = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_FACTS = ("status", "category", "text", "gaps", "reason", "slots")

log = logging.getLogger(__name__)


def synchronise(endpoint: Endpoint, adapter: Adapter, *, now: datetime) -> int:
    """Fetch the account's texts and keep them; how many there are. What is there no more becomes `gone`.

    Nothing is changed where the provider cannot be asked: raises BusyError or RejectedError. An adapter that
    knows no such texts has none.
    """
    found = adapter.templates() if isinstance(adapter, Templated) else []
    with transaction.atomic():
        _keep(endpoint, found, now=now)
    return len(found)


def refresh(endpoint: Endpoint, *, http: httpx.Client, now: datetime) -> None:
    """The same for a worker that passes by: what cannot be asked now is asked in an hour."""
    if not CHANNELS[endpoint.channel].templated:
        return
    try:
        synchronise(endpoint, adapter_of(endpoint, http, country=""), now=now)
    except SendError as error:
        log.info("The approved texts of %s were not fetched: %s", endpoint.key, error.reason)


def note(endpoint_id: int, *, name: str, language: str, status: str, reason: str) -> None:
    """News that the provider pushed of one text. One that is new is fetched whole within the hour.

    It concerns every account behind the same door.
    """
    key = Endpoint.objects.values_list("key", flat=True).get(pk=endpoint_id)
    here = Q(endpoint_id=endpoint_id) | Q(**{f"endpoint__settings__{DOOR}": key})
    Template.objects.filter(here, name=name, language=language).update(status=status, reason=reason)


def approved_on(endpoint_ids: Collection[int]) -> list[Template]:
    """The texts that may go out on these accounts, by name and language."""
    return list(Template.objects.filter(endpoint_id__in=endpoint_ids, status=APPROVED))


def gap_names(text: str) -> list[str]:
    """The gaps of a text, each once: numbers in their order, or names as they come."""
    names = list(dict.fromkeys(GAP.findall(text)))
    return sorted(names, key=int) if all(name.isdecimal() for name in names) else names


def _keep(endpoint: Endpoint, found: list[TemplateFound], *, now: datetime) -> None:
    rows = [
        Template(
            endpoint=endpoint,
            name=one.name[:512],
            language=one.language[:16],
            status=one.status[:12],
            category=one.category[:40],
            text=one.text,
            gaps=one.gaps,
            reason=one.reason,
            slots=msgspec.to_builtins(one.slots),
            seen_at=now,
        )
        for one in {(one.name[:512], one.language[:16]): one for one in found}.values()
    ]
    Template.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["endpoint", "name", "language"],
        update_fields=[*_FACTS, "seen_at"],
    )
    Template.objects.filter(endpoint=endpoint, seen_at__lt=now).exclude(status=GONE).update(status=GONE)
