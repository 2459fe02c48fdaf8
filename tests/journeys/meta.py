"""A page and an Instagram account of the city at a simulated provider, for the journeys on them."""

import json
from typing import Any

from django.utils import timezone

from tests.channels.forged import answers
from tests.providers.meta_graph import (
    MetaGraph,
)
from vefa.cases.models import Case
from vefa.channels.graph.door import PROOF_HEADER, signature
from vefa.channels.models import Endpoint
from vefa.channels.port import Call
from vefa.channels.sealing import seal
from vefa.dialogue.queries import conversation_of
from vefa.dialogue.writing import Words, write

DERYA, ALI = "9001", "9002"
HOLE = "Çarşı'da yolda büyük bir çukur var"


def endpoint_of(graph: MetaGraph, key: str, **settings: str) -> Endpoint:
    """An account of the city at the simulated provider."""
    channel = "instagram" if graph.instagram else "messenger"
    own = {"instagram_id": graph.account} if graph.instagram else {"page_id": graph.account}
    given = {"api_base": graph.base, "app_id": graph.app_id, **own, **settings}
    secrets = {"token": graph.token, "secret": graph.app_secret, "verify_token": graph.verify_token}
    return Endpoint.objects.create(
        key=key, channel=channel, language="tr", names={"tr": key}, settings=given, sealed=seal(secrets)
    )


def push(endpoint: Endpoint, graph: MetaGraph, *bodies: Any) -> list[int]:
    """What the provider does: one signed POST for each body; the statuses."""
    raws = [json.dumps(body).encode() for body in bodies]
    calls = [
        Call(headers={PROOF_HEADER: signature(raw, graph.app_secret).decode()}, body=raw) for raw in raws
    ]
    return [status for status, _body in answers(endpoint, calls)]


def say(case: Case, text: str, by: Any, **more: Any) -> None:
    """An operator's answer."""
    case.refresh_from_db()
    write(case=case, words=Words(text=text, language="tr", **more), by=by, now=timezone.now())


def only_case() -> Any:
    """The one case that there is."""
    return Case.objects.get()


def every_case() -> Any:
    """All cases, oldest first."""
    return Case.objects.order_by("id")


def shown(case: Case) -> list[tuple[str, str]]:
    """The conversation as the desk shows it: who speaks, what."""
    found = []
    for entry in conversation_of(Case.objects.get(pk=case.pk), with_notes=False):
        if entry.contact:
            found.append((entry.contact.form, entry.contact.text))
        elif entry.reply:
            found.append(("reply", entry.reply.text))
    return found
