"""What `bench_groups` measures; its models need a Django that is set up.

Three groups talk at once, in Turkish, Kazakh and Russian: one matter in eight messages, the rest is talk. One
thread claims, reads, judges and writes, on one connection to a PostgreSQL of its own that waits for the disk.
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection, connections, transaction

from benchmarks.machine import keep, machine
from benchmarks.table import MISS, exit_code
from vefa.cases.models import Case
from vefa.channels.models import Endpoint
from vefa.inbox import claiming, reading
from vefa.inbox.models import Contact
from vefa.triage import pipeline
from vefa.wiring.demo.city_loaded import put_in_place
from vefa.wiring.env import database
from vefa.wiring.postgres.cluster import ready_cluster
from vefa.wiring.postgres.server import start

LEAST = 500  # messages a second
BATCH = 400
MATTERS = {
    "tr": [
        "{n}. sokakta çukur var, yol bozuk, ne zaman yapılacak?",
        "{n}. sokakta çöpler üç gündür alınmadı, koku var",
        "no {n} önünde sokak lambası yanmıyor, çok karanlık",
        "{n} numarada su kesik, sabahtan beri akmıyor",
    ],
    "kk": [
        "{n} үйдің жанында жолда шұңқыр бар, қашан жөндейді?",
        "{n} үйде таңнан бері су жоқ",
        "{n} подъездің алдында шам жанбайды",
    ],
    "ru": [
        "у дома {n} огромная яма на дороге, когда почините?",
        "дом {n}, нет воды с утра",
        "возле дома {n} не горят фонари, темно",
    ],
}
TOO = {"tr": "bizde de", "kk": "бізде де", "ru": "у нас тоже"}
TALK = {
    "tr": [
        "günaydın komşular",
        "akşam maç var mı",
        "satılık bebek arabası fiyat 2500",
        "teşekkürler",
        "hava ne güzel bugün",
        "iyi bir kuaför tavsiye eder misiniz",
        "hayırlı cumalar",
        "kahveye gelen var mı",
        "çocuklar okuldan geldi mi",
    ],
    "kk": [
        "қайырлы таң",
        "кешке футбол бар ма",
        "балалар киімі сатылады бағасы 200",
        "рахмет",
        "ауа райы тамаша",
        "кім қалаға барады ертең",
        "құтты болсын",
        "шай ішуге келіңдер",
        "балалар мектептен келді ме",
    ],
    "ru": [
        "доброе утро",
        "кто смотрит матч вечером",
        "продам коляску 4500",
        "спасибо",
        "погода чудо",
        "посоветуйте стоматолога",
        "с праздником",
        "кто едет в центр завтра",
        "дети уже дома",
    ],
}


def talk(count: int, *, now: datetime) -> list[tuple[int, bytes]]:
    """Updates of three groups with the number of their group, as the provider would push them."""
    random_ = random.Random(7)
    languages = list(TALK)
    said = []
    for number in range(1, count + 1):
        place = random_.randrange(3)
        language, chance = languages[place], random_.random()
        if chance < 0.08:
            text = random_.choice(MATTERS[language]).format(n=random_.randrange(1, 900))
        else:
            text = (
                TOO[language]
                if chance < 0.13
                else f"{random_.choice(TALK[language])} {random_.randrange(99)}"
            )
        person = random_.randrange(1, 400)
        message: dict[str, Any] = {
            "message_id": number,
            "from": {"id": 10_000 * place + person, "is_bot": False, "first_name": f"Komşu {person}"},
            "chat": {"id": -100 - place, "type": "supergroup", "title": language},
            "date": int((now + timedelta(seconds=20 * number)).timestamp()),
            "text": text,
        }
        said.append((place, json.dumps({"update_id": number, "message": message}).encode()))
    return said


def measure(count: int) -> dict[str, Any]:
    """Messages and cases a second, after a first batch that nobody counts."""
    now = datetime.now(UTC)
    put_in_place(now=now)
    bot = Endpoint.objects.create(key="bench-bot", channel="telegram", language="tr")
    places = [
        Endpoint.objects.create(
            key=f"bench-{code}", channel="telegram_group", language=code,
            settings={"door": bot.key, "chat_id": str(-100 - number)},
        )
        for number, code in enumerate(TALK)
    ]  # fmt: skip
    rows = [
        Contact(
            endpoint=places[place],
            external_id=str(number),
            lane=str(-100 - place),
            received_at=now,
            due_at=now,
            raw=raw,
        )
        for number, (place, raw) in enumerate(talk(count + BATCH, now=now))
    ]
    Contact.objects.bulk_create(rows, batch_size=2000)
    read, began, used = -BATCH, 0.0, 0.0
    while claim := claiming.claim_contacts(now=datetime.now(UTC), limit=BATCH):
        if read == 0:
            began, used = time.perf_counter(), time.process_time()
        with transaction.atomic():
            reading.read(claim.contacts, now=now)
            pipeline.handle(claim.contacts, now=now)
            claiming.finish(claim.lease, claim.contacts, now=now)
        read += len(claim.contacts)
    taken = time.perf_counter() - began
    return {
        "messages": read,
        "cases": Case.objects.count(),
        "per_second": round(read / taken),
        "cpu_ms_a_message": round((time.process_time() - used) * 1000 / read, 2),
    }


def main() -> None:
    """Start a database, measure, print, keep; leaves with MISSED if the bar is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--messages", type=int, default=6000)
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="vefa-bench-"))
    home.chmod(0o711)
    server = start(ready_cluster(home))
    try:
        _use(server.cluster.url())
        figures = measure(options.messages)
        version = _version()
        connection.close()
    finally:
        server.stop()
        shutil.rmtree(home)
    passed = figures["per_second"] >= LEAST
    for name, value in figures.items():
        print(f"{name:20} {value}")
    print(f"{'at least':20} {LEAST} a second: {'kept' if passed else MISS}")
    keep("groups", machine(version), [{**figures, "least_per_second": LEAST, "passed": passed}])
    sys.exit(exit_code([passed]))


def _use(url: str) -> None:
    facts = {name: value for name, value in database(url).items() if name != "ENGINE"}
    connections.settings["default"].update(facts)
    call_command("migrate", verbosity=0)


def _version() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        row = cursor.fetchone()
    return str(row[0]) if row else ""
