"""What can be wrong with an installation, each found and said in words that tell what to do."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.db import connection
from django.http.request import validate_host

from vefa.channels.models import Endpoint
from vefa.channels.port import Finding
from vefa.channels.queries import account_of
from vefa.channels.registry import UnknownChannelError, network_client
from vefa.channels.sealing import UnsealableError
from vefa.directory.models import Municipality, Role, Staff
from vefa.inbox.doors import adapter_of
from vefa.journal.models import Heartbeat
from vefa.kit.saying import Sentence
from vefa.triage import semantic
from vefa.wiring import clock
from vefa.wiring.health import Health, Row, appraise, question
from vefa.wiring.tables import missing_steps

OLDEST_POSTGRESQL = 150000  # as the server counts: 15.0
SMALLEST_DISK = 2_000_000_000  # bytes
ROOM_FOR_FILES = 1_000_000_000  # bytes
LARGEST_DRIFT = timedelta(seconds=5)
SILENCE = timedelta(seconds=60)
LATE_S = 600  # what waits longer than that waits too long


def configuration(home: Path) -> Iterator[Finding]:
    """Whether the settings fit each other."""
    long_enough = len(settings.SECRET_KEY) >= 32
    yield Finding(
        ok=long_enough,
        text=Sentence("The secret is long enough.")
        if long_enough
        else Sentence("VEFA_SECRET_KEY is shorter than 32 characters: choose a random one and keep it."),
    )
    if not settings.PUBLIC_URL.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        yield Finding(
            ok=False,
            text=Sentence(
                "VEFA_PUBLIC_URL is %(public_url)s, and residents need https: put a proxy that ends TLS "
                "before Vefa, and write its address there.",
                public_url=settings.PUBLIC_URL,
            ),
        )
    if settings.DEBUG:
        yield Finding(ok=False, text=Sentence("VEFA_DEBUG is on: switch it off where residents come in."))
    yield _disk(home)
    yield _disk_of_files()
    yield Finding(
        ok=True,
        text=Sentence("NTP keeps this machine's clock.")
        if clock.is_kept()
        else Sentence(
            "Nothing here tells that this machine's clock is right: see to it that NTP keeps it, every "
            "deadline goes by it."
        ),
    )


def _disk(home: Path) -> Finding:
    free = _free_under(home)
    return Finding(
        ok=free > SMALLEST_DISK,
        text=Sentence("%(size)s GB are free under %(home)s.", size=_gigabytes(free), home=home)
        if free > SMALLEST_DISK
        else Sentence(
            "Only %(size)s GB are free under %(home)s: make room, a full disk stops every door.",
            size=_gigabytes(free),
            home=home,
        ),
    )


def _disk_of_files() -> Finding:
    """Where residents' files lie, which may be another disk; they are refused before it is full."""
    folder, reserve = Path(settings.MEDIA_ROOT), settings.FILES_RESERVE_MB * 1_000_000
    left = _free_under(folder) - reserve
    said = {"size": _gigabytes(max(0, left)), "files": folder, "reserve": _gigabytes(reserve)}
    return Finding(
        ok=left > ROOM_FOR_FILES,
        text=Sentence(
            "Files have room for %(size)s GB under %(files)s, beside %(reserve)s GB that stay free.", **said
        )
        if left > ROOM_FOR_FILES
        else Sentence(
            "Files have room for only %(size)s GB under %(files)s, beside %(reserve)s GB that stay free "
            "(VEFA_FILES_RESERVE_MB): make room or move VEFA_FILES, without room files are refused.",
            **said,
        ),
    )


def _free_under(folder: Path) -> int:
    """Bytes; of the disk on which it will be made, where it is not there yet."""
    return shutil.disk_usage(next(one for one in (folder, *folder.parents) if one.exists())).free


def _gigabytes(size: int) -> str:
    return f"{size / 1_000_000_000:.1f}"


def way_in() -> Iterator[Finding]:
    """Whether residents come in under the public address, each as one caller."""
    address = urlsplit(settings.PUBLIC_URL)
    if not validate_host(address.hostname or "", settings.ALLOWED_HOSTS):
        yield Finding(
            ok=False,
            text=Sentence(
                "VEFA_HOSTS does not name %(host)s, the host of VEFA_PUBLIC_URL: nobody is answered there.",
                host=address.hostname or "",
            ),
        )
    if address.scheme == "https":
        yield Finding(
            ok=bool(settings.PROXIES),
            text=Sentence("VEFA_PROXIES names who ends TLS.")
            if settings.PROXIES
            else Sentence(
                "VEFA_PROXIES is empty though residents come by https: name the proxy (127.0.0.1 for one on "
                "this machine). Else the whole city counts as one caller, and limits shut everybody out."
            ),
        )


def meaning() -> Iterator[Finding]:
    """Whether messages are compared by meaning; nothing is wrong where they are not."""
    said = {
        semantic.ON: Sentence("Messages are compared by meaning too."),
        semantic.OFF: Sentence("Messages are not compared by meaning: VEFA_SEMANTIC is false."),
        semantic.MISSING: Sentence(
            "Messages are not compared by meaning: `pip install vefa[semantic]` adds that."
        ),
    }
    yield Finding(ok=True, text=said[semantic.state()])


def database() -> Iterator[Finding]:
    """Whether the database is new enough, up to date, and agrees with us on the time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int, clock_timestamp()")
        version, moment = cursor.fetchone()
    name = f"PostgreSQL {version // 10000}.{version % 10000}"
    new = version >= OLDEST_POSTGRESQL
    yield Finding(
        ok=new,
        text=Sentence("%(name)s answers.", name=name)
        if new
        else Sentence("%(name)s is too old: use 15 or newer.", name=name),
    )
    steps = missing_steps()
    yield Finding(
        ok=not steps,
        text=Sentence("The tables are up to date.")
        if not steps
        else Sentence(
            "The tables lack %(steps)s steps: start `vefa up`, `vefa web` or `vefa work` of this version.",
            steps=steps,
        ),
    )
    drift = abs(datetime.now(UTC) - moment)
    yield Finding(
        ok=drift < LARGEST_DRIFT,
        text=Sentence("This machine and the database agree on the time.")
        if drift < LARGEST_DRIFT
        else Sentence(
            "This machine and the database differ by %(seconds)s s: run NTP on both.",
            seconds=f"{drift.total_seconds():.0f}",
        ),
    )


def municipality() -> Iterator[Finding]:
    """Whether there is somebody to answer for, and somebody to answer."""
    there = Municipality.objects.exists()
    yield Finding(
        ok=there,
        text=Sentence("A municipality is loaded.")
        if there
        else Sentence("No municipality is loaded: `vefa load FOLDER`, or start with `vefa up --demo`."),
    )
    boss = Staff.objects.filter(role=Role.ADMINISTRATOR, is_active=True).exists()
    yield Finding(
        ok=boss,
        text=Sentence("There is an administrator.")
        if boss
        else Sentence("There is no administrator: `vefa staff add NAME --name … --role administrator`."),
    )


def web_form() -> Iterator[Finding]:
    """Whether an account takes what residents send by the pages of the portal, once there is a city."""
    there = account_of("portal") is not None
    if not there and not Municipality.objects.exists():
        return
    yield Finding(
        ok=there,
        text=Sentence("An account takes what residents send by the web form.")
        if there
        else Sentence(
            "No account takes the web form, so residents are asked to call: take the old one back into use "
            "at the desk, or `vefa endpoint add portal --key web`."
        ),
    )


def worker() -> Iterator[Finding]:
    """Whether somebody works."""
    last = Heartbeat.objects.order_by("-at").first()
    alive = last is not None and datetime.now(UTC) - last.at < SILENCE
    yield Finding(
        ok=alive,
        text=Sentence("A worker is alive.")
        if alive
        else Sentence("No worker has been heard for a minute: start `vefa up` or `vefa work`."),
    )


def work() -> Iterator[Finding]:
    """What waits, what is stuck, and which accounts are in trouble: what `/healthz` counts."""
    health = _health()
    yield _backlog(health)
    late = health.oldest_event_s or 0
    if late > LATE_S:
        yield Finding(
            ok=False,
            text=Sentence(
                "Residents are told what happened %(minutes)s minutes late: start one more `vefa work`, and "
                "look for errors in what it prints.",
                minutes=_minutes(late),
            ),
        )
    yield _stuck(health)
    if health.failed_files or health.failed_deliveries:
        yield Finding(
            ok=True,
            text=Sentence(
                "Given up were %(files)s files and %(answers)s answers: Troubles at the desk says why, and "
                "tries again.",
                files=health.failed_files,
                answers=health.failed_deliveries,
            ),
        )
    if health.endpoints:
        keys = ", ".join(one.key for one in health.endpoints)
        text = Sentence("In trouble: %(keys)s. Accounts at the desk says what to do.", keys=keys)
        yield Finding(ok=False, text=text)


def _health() -> Health:
    statement, values = question()
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(statement, values)
        return appraise(cast("Row", cursor.fetchone()))


def _backlog(health: Health) -> Finding:
    if not health.backlog:
        return Finding(ok=True, text=Sentence("Nothing waits to be handled."))
    age = health.oldest_unhandled_s or 0
    said = {"count": health.backlog, "minutes": _minutes(age)}
    return Finding(
        ok=age < LATE_S,
        text=Sentence("Messages that wait: %(count)s, the oldest for %(minutes)s minutes.", **said)
        if age < LATE_S
        else Sentence(
            "Messages that wait: %(count)s, the oldest for %(minutes)s minutes: start one more `vefa work`, "
            "and look for errors in what it prints.",
            **said,
        ),
    )


def _stuck(health: Health) -> Finding:
    stuck = (health.parked_contacts, health.parked_events, health.uncertain_deliveries)
    return Finding(
        ok=not any(stuck[:2]),  # an answer in doubt has most often arrived
        text=Sentence("Nothing is stuck.")
        if not any(stuck)
        else Sentence(
            "Stuck are %(contacts)s messages that could not be handled, %(events)s steps that nothing "
            "followed, %(answers)s answers in doubt: see to them at the desk under Troubles.",
            contacts=stuck[0],
            events=stuck[1],
            answers=stuck[2],
        ),
    )


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f}"


def endpoints() -> Iterator[Finding]:
    """Whether the providers can be reached, each by its own check-up."""
    with network_client() as http:
        for endpoint in Endpoint.objects.filter(active=True, retired_at=None).order_by("key"):
            try:
                found = adapter_of(endpoint, http).check()
            except (UnknownChannelError, UnsealableError) as error:
                found = [Finding(ok=False, text=str(error))]
            for finding in found:
                yield Finding(
                    ok=finding.ok,
                    text=Sentence("Endpoint %(key)s: %(text)s", key=endpoint.key, text=finding.text),
                )
