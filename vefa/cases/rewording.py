"""Cases whose words are kept in an older form get those of today, a few at a time, the newest first.

Until then only those who may see names find them: in the older form nobody can tell a name from a matter.
"""

from django.db import connection, transaction

from vefa.cases.models import Case
from vefa.cases.wordlist import said_later, vector
from vefa.kit import rows

AT_ONCE = 500  # held while they are written, some tenths of a second
_OLDER = """
SELECT id FROM cases_case WHERE NOT (search @@ '''@'''::tsquery) ORDER BY id DESC LIMIT %s
FOR UPDATE SKIP LOCKED
"""  # wordlist.NAMED, as the index `case_older_words` has it


@transaction.atomic
def reword_some() -> bool:
    """Write the words of some cases anew; whether more may be waiting. One statement where none is."""
    with connection.cursor() as cursor:
        cursor.execute(_OLDER, [AT_ONCE])
        ids = [row[0] for row in cursor.fetchall()]
    if not ids:
        return False
    facts = ("title", "place_text", "text", "citizen__name")
    cases = list(Case.objects.filter(id__in=ids).select_related("citizen").only(*facts))
    said = said_later(ids)
    for case in cases:
        name = case.citizen.name if case.citizen else ""
        case.search = vector([case.title, case.place_text, case.text, *said.get(case.pk, [])], name=name)
    rows.update(Case, cases, ["search"])
    return len(ids) == AT_ONCE
