"""What there is to learn from: the catalogue and its examples, and what people decided."""

from dataclasses import dataclass, replace

from vefa.directory.queries import examples, services
from vefa.triage.learned.samples import Sample, Told, of_catalogue, sample
from vefa.triage.models import ServiceLabel
from vefa.triage.models import Told as Way

ENDED = 0.5  # what a case counts whose service nobody judged: it was ended as done, perhaps as triage had it
MOST_LABELS = 20_000  # the latest; what was decided long ago tells less of today


@dataclass(frozen=True, slots=True)
class Decided:
    """One case and what a person said of it: the label in force."""

    id: int
    case_id: int
    code: str
    text: str
    language: str
    judged: bool = True  # False: it was only ended as done under this service

    @property
    def sample(self) -> Sample:
        """It as something to learn from."""
        said = sample(self.text, self.language, self.code)
        return said if self.judged else replace(said, weight=ENDED)


def catalogue() -> list[Sample]:
    """Names, descriptions, everyday words and example messages of the services in use."""
    told = [
        Told(one.code, one.names, one.description, {code: tuple(row) for code, row in one.words.items()})
        for one in services()
    ]
    return [*of_catalogue(told), *(sample(one.text, one.language, one.code) for one in examples())]


def decided(limit: int = MOST_LABELS) -> list[Decided]:
    """The labels in force, one a case, the oldest first; only of services in use and cases with words."""
    known = {one.pk: one.code for one in services()}
    rows = (
        ServiceLabel.objects.filter(undone_at=None, service_id__in=known)
        .exclude(case__text="")
        .order_by("-at", "-id")
        .values_list("id", "case_id", "service_id", "told", "case__text", "case__language")
    )
    found: dict[int, Decided] = {}
    for pk, case_id, service_id, told, text, language in rows[: limit * 2].iterator():
        code, judged = known[service_id], told != Way.DONE
        one = found.setdefault(case_id, Decided(pk, case_id, code, text, language, judged))
        if judged and one.code == code:  # before it was ended
            found[case_id] = replace(one, judged=True)
    return list(reversed(list(found.values())[:limit]))
