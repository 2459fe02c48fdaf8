"""What there is to learn from: the catalogue and its examples, and what people decided."""

from dataclasses import dataclass

from vefa.directory.queries import examples, services
from vefa.triage.learned.samples import Sample, Told, of_catalogue, sample
from vefa.triage.models import ServiceLabel

MOST_LABELS = 20_000  # the latest; what was decided long ago tells less of today


@dataclass(frozen=True, slots=True)
class Decided:
    """One case and what a person said of it: the label in force."""

    id: int
    case_id: int
    code: str
    text: str
    language: str

    @property
    def sample(self) -> Sample:
        """It as something to learn from."""
        return sample(self.text, self.language, self.code)


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
        .values_list("id", "case_id", "service_id", "case__text", "case__language")
    )
    found: dict[int, Decided] = {}
    for pk, case_id, service_id, text, language in rows[: limit * 2].iterator():
        found.setdefault(case_id, Decided(pk, case_id, known[service_id], text, language))
    return list(reversed(list(found.values())[:limit]))
