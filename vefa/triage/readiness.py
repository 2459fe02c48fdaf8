"""What reading a message needs, made before one comes: the first resident after a start waits no longer."""

from contextlib import suppress
from datetime import datetime

from vefa.cases.clocks import calendar_of
from vefa.directory.hours import NobodyWorksError
from vefa.directory.queries import directory, is_loaded
from vefa.triage.advice import Asked, advise
from vefa.triage.lexicon import LANGUAGES

_WORDS = {
    "tr": "merhaba bu bir deneme", "ru": "здравствуйте это проверка", "kk": "сәлеметсіз бе бұл сынақ",
    "fa": "سلام این یک آزمایش است", "en": "hello this is a trial",
}  # fmt: skip


def make_ready(*, now: datetime) -> bool:
    """Learn the directory as it is now, its working time too; whether one is loaded.

    A second and a half of a core when it is new, next to nothing otherwise.
    """
    if not is_loaded():
        return False
    for language in LANGUAGES:
        advise(Asked(text=_WORDS[language], hint=language))
    known = directory()
    for service in {one.calendar: one for one in known.services_in_use.values()}.values():
        with suppress(NobodyWorksError):
            calendar_of(service, now=now)
    return True
