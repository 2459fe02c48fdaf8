"""How many stand behind a case: each person once, under whatever row and by whichever report they did so."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db import connection

from vefa.cases.models import Case

# Who reported a case and its duplicates, and who joined them: under the row that stands for a person by now,
# or under the case itself where nobody is known. Last: for which rows some people stand.
_VOICES = """
WITH meant AS (
    SELECT id AS whole_id, id, citizen_id FROM cases_case WHERE id = ANY(%(cases)s::bigint[])
    UNION ALL
    SELECT master_id, id, citizen_id FROM cases_case WHERE master_id = ANY(%(cases)s::bigint[])
), said AS (
    SELECT whole_id, citizen_id, id, whole_id = id AS own FROM meant
    UNION ALL
    SELECT meant.whole_id, joined.citizen_id, meant.id, false
    FROM meant JOIN cases_supporter AS joined ON joined.case_id = meant.id
    UNION ALL
    SELECT 0, given, 0, false FROM unnest(%(people)s::bigint[]) AS given
)
SELECT said.whole_id, said.citizen_id, COALESCE(citizen.merged_into_id, citizen.id, -said.id), said.own
FROM said LEFT JOIN citizens_citizen AS citizen ON citizen.id = said.citizen_id
"""


@dataclass(frozen=True)
class Voices:
    """Who stands behind some cases that follow no other."""

    others: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    own: dict[int, int] = field(default_factory=dict)  # who reported each first
    roots: dict[int, int] = field(default_factory=dict)  # of the people that were asked for

    def of(self, case_id: int) -> int:
        """How many stand behind a case besides the one who reported it."""
        return len(self.others[case_id] - {self.own[case_id]})

    def join(self, case_id: int, citizen_id: int) -> bool:
        """Count somebody in; whether they are new."""
        root, known = self.roots[citizen_id], self.others[case_id]
        fresh = root != self.own[case_id] and root not in known
        known.add(root)
        return fresh


def voices_of(case_ids: Collection[int], people: Collection[int] = ()) -> Voices:
    """Who stands behind these cases, in one statement; `people` are those who are about to join."""
    found = Voices()
    with connection.cursor() as cursor:
        cursor.execute(_VOICES, {"cases": list(case_ids), "people": list(people)})
        for whole_id, citizen_id, root, own in cursor.fetchall():
            if not whole_id:
                found.roots[citizen_id] = root
            elif own:
                found.own[whole_id] = root
            else:
                found.others[whole_id].add(root)
    return found


def recount(master: Case) -> None:
    """Count anew who stands behind a locked case, and store it."""
    master.supporters = voices_of([master.pk]).of(master.pk)
    master.save(update_fields=["supporters"])


def with_whole(case_id: int) -> tuple[Case, Case]:
    """A case and the one that it follows, or twice the same, locked in the order of their numbers.

    Raises Case.DoesNotExist.
    """
    master_id = Case.objects.values_list("master_id", flat=True).get(id=case_id)
    wanted = Case.objects.select_for_update().filter(id__in={case_id, master_id or case_id})
    rows = {row.pk: row for row in wanted.order_by("id")}
    case = rows[case_id]
    if case.master_id is not None and case.master_id not in rows:
        return with_whole(case_id)  # it began to follow another one in between
    return case, rows[case.master_id or case_id]
