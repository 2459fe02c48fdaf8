"""A city with as many cases as are wanted, written by the database itself in minutes.

Two years of cases: what is old has mostly ended, words and services follow a steep curve, five languages and
eight channels are mixed as in a real city. Seeds are fixed: two runs give alike tables.
"""

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime
from datetime import time as clock
from typing import Any

import django
from django.apps import apps
from django.db import connection
from django.db.backends.utils import CursorWrapper

SERVICES, AREAS, UNITS, STAFF = 60, 24, 20, 30
SPAN = "730 days"
WORDS = (
    "çukur yol kaldırım lamba ağaç çöp su kanal otobüs durak park gürültü koku köpek kedi asfalt trafik ışık "
    "mahalle sokak cadde okul önünde gece sabah lütfen acil tamir bozuk kırık taştı "
    "яма дорога тротуар фонарь дерево мусор вода автобус остановка парк шум улица двор школа ночью сломан "
    "шұңқыр жол шам ағаш қоқыс су көше аула мектеп түнде сынған автобус аялдама "
    "چاله خیابان چراغ درخت زباله آب اتوبوس ایستگاه پارک کوچه مدرسه شب شکسته لطفا "
    "pothole road pavement lamp tree rubbish water bus stop park noise street school broken night please"
)

# Where a case stands: nearly everything older than a month has ended.
_CASES = """
INSERT INTO cases_case (
    reference, secret, title, text, language, kind, urgency, service_id, area_id, place_text, lat, lon,
    citizen_id, conversation_id, channel, private, public, public_text, state, outcome, unit_id, staff_id,
    unsure, opened_at, changed_at, said_at, first_answered_at, ended_at, due_at, answer_due_at, reopened,
    supporters, unread, version, search)
SELECT
    to_char(i, 'FM00"-"00000000"-0"'), md5(i::text), left(array_to_string(words, ' '), 60),
    array_to_string(words, ' '), lang, kind, CASE WHEN r5 < 0.005 THEN 2 WHEN r5 < 0.05 THEN 1 ELSE 0 END,
    CASE WHEN r1 < 0.03 THEN NULL ELSE service END, CASE WHEN r2 < 0.05 THEN NULL ELSE area END,
    'sokak ' || (i %% 900), 38 + r3 * 0.04, 27 + r4 * 0.08, citizen, citizen, channel, r6 < 0.04,
    r6 > 0.4, '', state, CASE state WHEN 'ended' THEN 'done' ELSE '' END, 1 + service %% %(units)s,
    CASE WHEN state = 'new' THEN NULL ELSE 1 + floor(r7 * %(staff)s) END, state = 'new' AND r6 < 0.1,
    opened, opened + interval '1 hour', opened, opened + interval '3 hours',
    CASE state WHEN 'ended' THEN opened + interval '3 days' END,
    CASE WHEN state NOT IN ('ended', 'waiting') THEN opened + (r8 * 20) * interval '1 day' END,
    CASE state WHEN 'new' THEN opened + interval '1 day' END, 0, 0, state = 'new', 1,
    array_to_tsvector(folded || ARRAY['@', '@ad' || citizen %% 5000, 'sokak', 'n' || i %% 900])
FROM (
    SELECT i, r1, r2, r3, r4, r5, r6, r7, r8, words, folded, opened,
        1 + floor(power(r1, 2) * %(services)s)::int AS service, 5 + floor(r2 * %(areas)s)::int AS area,
        1 + (i * 7919) %% %(citizens)s AS citizen,
        (ARRAY['tr','tr','tr','tr','tr','tr','ru','ru','kk','fa'])[1 + floor(r3 * 9.6)::int] AS lang,
        (ARRAY['request','request','request','request','complaint','complaint','suggestion','question',
               'thanks','danger'])[1 + floor(power(r4, 1.3) * 10)::int] AS kind,
        (ARRAY['telegram','telegram','telegram','portal','portal','phone','phone','phone','email','counter',
               'letter','headman'])[1 + floor(power(r8, 1.3) * 12)::int] AS channel,
        CASE WHEN opened < now() - interval '30 days' AND r7 < 0.995 THEN 'ended'
             WHEN r7 < 0.35 THEN 'ended' WHEN r7 < 0.55 THEN 'new' WHEN r7 < 0.8 THEN 'working'
             WHEN r7 < 0.9 THEN 'planned' WHEN r7 < 0.97 OR r7 > 0.9985 THEN 'waiting'
             ELSE 'referred' END AS state
    FROM (
        SELECT i, random() r1, random() r2, random() r3, random() r4, random() r5, random() r6, random() r7,
            random() r8, now() - %(span)s::interval * (1 - i / %(cases)s::float) AS opened,
            (SELECT array_agg((%(words)s::text[])[1 + floor(power(random(), 2) * %(most)s)::int])
                || ARRAY['w' || (i * 31) %% 50000]
             FROM generate_series(1, 10 + (i %% 6)::int)) AS words
        FROM generate_series(%(first)s::bigint, %(last)s) AS i
    ) AS thrown
    CROSS JOIN LATERAL (SELECT array_agg(DISTINCT lower(translate(w, %(plain)s, %(bare)s))) AS folded
                        FROM unnest(words) AS w) AS cut
) AS drawn
"""

_AROUND = {
    "citizens": """
        INSERT INTO citizens_citizen (id, name, folded_name, language, note, created_at)
        SELECT i, 'Ad' || i %% 5000 || ' Soyad' || i, 'ad' || i %% 5000 || ' soyad' || i, 'tr', '', now()
        FROM generate_series(1, %(citizens)s) AS i""",
    "addresses": """
        INSERT INTO citizens_address (id, space, value, citizen_id, shown_name, last_digits, unreachable_why,
            created_at)
        SELECT i, 'phone', '+90532' || to_char(i, 'FM0000000'), i, '', right(to_char(i, 'FM0000000'), 4), '',
            now()
        FROM generate_series(1, %(citizens)s) AS i""",
    "conversations": """
        INSERT INTO inbox_conversation (id, endpoint_id, address_id, thread, language, created_at, public)
        SELECT i, 1, i, '', 'tr', now(), false FROM generate_series(1, %(citizens)s) AS i""",
}
_AFTER = {
    "contacts": """
        INSERT INTO inbox_contact (id, endpoint_id, external_id, lane, received_at, raw, secret, form,
            conversation_id, message_id, reply_to_id, sequence, said_at, subject, text, quoted, html,
            language, place_text, warnings, details, state, tries, due_at, handled_at, trouble)
        SELECT id, 1, id::text, conversation_id::text, opened_at, text::bytea, '', 'message', conversation_id,
            id::text, '', 0, opened_at, '', text, '', '', language, '', '[]', '{}', 'handled', 1, opened_at,
            opened_at, ''
        FROM cases_case WHERE id BETWEEN %(first)s AND %(last)s""",
    "links": """
        INSERT INTO cases_casecontact (case_id, contact_id, opened, at)
        SELECT id, id, true, opened_at FROM cases_case WHERE id BETWEEN %(first)s AND %(last)s""",
    "promises": """
        INSERT INTO cases_promise (case_id, kind, text, by, legal_basis, minutes, started_at, running_since,
            worked_min, due_at, kept_at, broken_why)
        SELECT id, owed.kind, '', 'service', '', minutes, opened_at, opened_at, 0,
            opened_at + minutes * interval '3 minutes', ended_at, ''
        FROM cases_case, (VALUES ('first_answer', 480), ('resolution', 1440)) AS owed (kind, minutes)
        WHERE id BETWEEN %(first)s AND %(last)s""",
    "events": """
        INSERT INTO journal_event (at, kind, subject, actor, data, handled_at, tries, due_at, trouble)
        SELECT opened_at + n * interval '1 hour', e.kind, 'case:' || id, 'triage', '{}', opened_at, 0,
            opened_at, ''
        FROM cases_case, (VALUES (0, 'case.opened'), (1, 'case.assigned'), (72, 'case.ended')) AS e (n, kind)
        WHERE id BETWEEN %(first)s AND %(last)s AND (n < 72 OR state = 'ended')""",
}


def found_city() -> None:
    """One municipality with its areas, units, services, staff and a bot, written in rows of the directory."""
    from_models: Callable[[str, str], Any] = apps.get_model
    from_models("directory", "Municipality").objects.create(
        key="bench", names={"en": "Bench"}, languages=["tr", "ru", "kk", "fa", "en"], default_language="tr",
        timezone="Europe/Istanbul", country="TR", library_holidays=True,
    )  # fmt: skip
    area, unit = from_models("directory", "Area"), from_models("directory", "Unit")
    rows = [area(id=1, key="city", kind="city", path="city", names={"en": "City"})]
    rows += [
        area(id=1 + n, key=f"d{n}", parent_id=1, kind="district", path=f"city/d{n}", names={"en": f"D{n}"})
        for n in (1, 2, 3)
    ]
    for n in range(AREAS):
        district = 1 + n % 3
        rows.append(
            area(id=5 + n, key=f"n{n}", parent_id=1 + district, kind="neighbourhood",
                 path=f"city/d{district}/n{n}", names={"en": f"N{n}"})
        )  # fmt: skip
    area.objects.bulk_create(rows)
    unit.objects.bulk_create(
        unit(id=1 + n, key="contact" if n == 0 else f"u{n}", kind="department", names={"en": f"Unit {n}"},
             path="contact" if n == 0 else (f"u{n}" if n < 10 else f"u{n - 9}/u{n}"),
             parent_id=n - 8 if n >= 10 else None)
        for n in range(UNITS)
    )  # fmt: skip
    _services_and_people(from_models)
    endpoint = from_models("channels", "Endpoint")
    for n, (key, channel) in enumerate({"bot": "telegram", "web-form": "portal"}.items(), start=1):
        endpoint.objects.create(id=n, key=key, channel=channel)


def _services_and_people(from_models: Callable[[str, str], Any]) -> None:
    from_models("directory", "ServiceGroup").objects.create(id=1, key="all", names={"en": "All"})
    service, staff = from_models("directory", "Service"), from_models("directory", "Staff")
    service.objects.bulk_create(
        service(id=1 + n, code=f"s{n}", group_id=1, names={"en": f"Service {n}"}, unit_id=1 + (n + 1) % UNITS,
                first_answer_min=480, resolution_min=1440, order=n)
        for n in range(SERVICES)
    )  # fmt: skip
    roles = ("operator", "head", "district_head", "crew", "operator")
    staff.objects.bulk_create(
        staff(id=1 + n, username=f"staff{n}", name=f"Staff {n}", role=roles[n % 5], unit_id=1 + n % UNITS,
              language="tr")
        for n in range(STAFF)
    )  # fmt: skip
    through = staff.areas.through
    through.objects.bulk_create(
        through(staff_id=1 + n, area_id=2 + n % 3) for n in range(STAFF) if roles[n % 5] == "district_head"
    )
    shift = from_models("directory", "Shift")
    shift.objects.bulk_create(shift(weekday=day, start=clock(8, 30), end=clock(17, 30)) for day in range(5))


def populate(cases: int, *, batch: int = 100_000) -> float:
    """Write so many cases with all that belongs to them; returns the seconds that it took.

    The tables must be empty. Indexes are dropped before and built after, which is several times quicker.
    """
    begun = time.monotonic()
    found_city()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SELECT setseed(0.42)")
        facts: dict[str, Any] = {
            "span": SPAN, "cases": cases, "citizens": max(100, cases // 3), "services": SERVICES,
            "areas": AREAS, "units": UNITS, "staff": STAFF,
            "words": WORDS.split(), "most": len(WORDS.split()),
            "plain": "çğıöşüÇĞİÖŞÜәғқңөұүһі", "bare": "cgiosucgiosuагкноуухи",
        }  # fmt: skip
        for statement in _AROUND.values():
            cursor.execute(statement, facts)
        indexes = _drop_indexes(cursor)
        for first in range(1, cases + 1, batch):
            span = facts | {"first": first, "last": min(cases, first + batch - 1)}
            for statement in (_CASES, *_AFTER.values()):
                cursor.execute(statement, span)
        for statement in indexes:
            cursor.execute(statement)
        _put_sequences_right(cursor)
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM (ANALYZE)")
    return time.monotonic() - begun


def _drop_indexes(cursor: CursorWrapper) -> list[str]:
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes"
        " WHERE tablename = 'cases_case' AND indexname LIKE 'case\\_%'"
    )
    found = cursor.fetchall()
    for name, _ in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _, definition in found]


def _put_sequences_right(cursor: CursorWrapper) -> None:
    written = ("citizens_citizen", "citizens_address", "inbox_conversation", "inbox_contact")
    named = ("area", "unit", "servicegroup", "service", "staff")
    for table in (*written, "channels_endpoint", *(f"directory_{one}" for one in named)):
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
        )
    cursor.execute("SELECT setval('public_number', (SELECT max(id) FROM cases_case))")


def main() -> None:
    """Fill the database that VEFA_DATABASE_URL names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    arguments = parser.parse_args()
    django.setup()
    print(f"{datetime.now(UTC):%H:%M:%S} writing {arguments.cases:,} cases")
    print(f"done in {populate(arguments.cases):.0f} s")


if __name__ == "__main__":
    main()
