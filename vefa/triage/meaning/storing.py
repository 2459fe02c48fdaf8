"""The quiet job behind the search by meaning: a few texts at a time, the newest cases first.

Only where the semantic layer is installed; a city of 500 messages a day costs it 15 seconds of a core.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.db.models import Exists, OuterRef, Q

from vefa.cases.models import OPEN, Case
from vefa.dialogue.phrases import sentences
from vefa.directory.queries import is_loaded, services
from vefa.inbox.models import Contact, ContactState
from vefa.journal.models import Event
from vefa.triage import semantic
from vefa.triage.learned.shipped import key_of_text, read
from vefa.triage.lexicon import LANGUAGES
from vefa.triage.meaning.vectors import (
    PHRASE,
    SERVICE,
    Known,
    digest_of,
    made,
    packed,
    reckon_middles,
    signs_of,
)
from vefa.triage.models import CaseVector, TextVector
from vefa.triage.script import native
from vefa.triage.semantic import MODEL_ID

AT_ONCE = 8
REMEMBERED = timedelta(days=365)  # how long an ended case is still found by its meaning
_READ = {"title", "language"}  # of what a person may correct
LONGEST = 600

type Texts = dict[tuple[str, str, str], str]  # by kind, key and language


def knowledge_texts() -> Texts:
    """Phrases and services by kind, key and language, with the words by which they are found."""
    found = {
        (PHRASE, one.key, language): f"{one.titles.get(language, '')}\n{one.texts[language]}"
        for one in sentences().values()
        for language in LANGUAGES
        if one.texts.get(language)
    }
    for service in services():
        for language in LANGUAGES:
            words = ", ".join(service.words.get(language, ())[:12])
            told = [
                service.name(language),
                service.description.get(language, ""),
                service.explanation.get(language, ""),
                words,
            ]
            found[SERVICE, service.code, language] = "\n".join(text for text in told if text)[:LONGEST]
    return found


def store_due(
    *, now: datetime, texts: Callable[[], Texts] = knowledge_texts, shipped: Path | None = None
) -> bool:
    """Reckon and keep the vectors of up to eight texts; whether more may be waiting.

    Those that came with the catalogue in the file `shipped` are kept at once.
    Nobody waits for a vector: while contacts are due, the core is theirs. One that failed and waits for
    its next try keeps nobody.
    """
    if (
        not semantic.available()
        or not is_loaded()
        or Contact.objects.filter(state=ContactState.WAITING, due_at__lte=now).exists()
    ):
        return False
    came = partial(read, shipped) if shipped else dict
    return reckon_middles(came) or _store_texts(texts(), came) or _store_cases(now)


def reread(events: Sequence[Event], _now: datetime) -> None:
    """What a case meant is forgotten when its words change or are taken back; the job reads the new ones."""
    changed = {
        int(event.subject.removeprefix("case:"))
        for event in events
        if event.kind == "case.taken_back" or _READ & event.data.get("changes", {}).keys()
    }
    if changed:
        CaseVector.objects.filter(case_id__in=changed).delete()


def words_of(case: Case) -> str:
    """What is read of a case."""
    begun = case.text.startswith(case.title.removesuffix("…")[:40])
    text = case.text if begun else f"{case.title}\n{case.text}"
    return text.strip()[:LONGEST] or case.title


def _store_cases(now: datetime) -> bool:
    known = CaseVector.objects.filter(case=OuterRef("pk"), model=MODEL_ID)
    wanted = Case.objects.filter(OPEN | Q(opened_at__gt=now - REMEMBERED)).exclude(Exists(known))
    cases = list(wanted.only("title", "text", "language").order_by("-opened_at", "-id")[:AT_ONCE])
    if not cases:
        return False
    texts = [words_of(case) for case in cases]
    rows = made(texts, [case.language for case in cases])
    CaseVector.objects.bulk_create(
        [
            CaseVector(
                case=case, model=MODEL_ID, signs=signs_of(row), vector=packed(row), words=digest_of(text)
            )
            for case, text, row in zip(cases, texts, rows, strict=True)
        ],
        update_conflicts=True,
        unique_fields=["case"],
        update_fields=["model", "signs", "vector", "words"],
    )
    return len(cases) == AT_ONCE


def _store_texts(texts: Texts, came: Callable[[], Known]) -> bool:
    """Phrases and services whose words are new or have changed."""
    rows = TextVector.objects.filter(model=MODEL_ID, kind__in=[PHRASE, SERVICE])
    known = {(one.kind, one.key, one.language): one.words for one in rows.defer("vector")}
    due = [key for key, text in texts.items() if known.get(key) != digest_of(text)]
    if due:
        known_rows = came()
        ready = [key for key in due if key_of_text(native(texts[key], key[2]), key[2]) in known_rows]
        some = ready or due[:AT_ONCE]
        _keep(some, [texts[key] for key in some], known_rows)
    gone = [key for key in known if key not in texts]
    for kind, key, language in gone[:AT_ONCE]:
        rows.filter(kind=kind, key=key, language=language).delete()
    return bool(due)


def _keep(keys: Sequence[tuple[str, str, str]], texts: Sequence[str], came: Known) -> None:
    found = made(texts, [language for _, _, language in keys], known=came)
    TextVector.objects.bulk_create(
        [
            TextVector(
                kind=kind,
                key=key,
                language=language,
                model=MODEL_ID,
                vector=packed(row),
                words=digest_of(text),
            )
            for (kind, key, language), text, row in zip(keys, texts, found, strict=True)
        ],
        update_conflicts=True,
        unique_fields=["kind", "key", "language", "model"],
        update_fields=["vector", "words"],
    )
