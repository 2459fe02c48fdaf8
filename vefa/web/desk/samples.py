"""Invented content for the gallery, in the reader's language."""

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi, gettext, ngettext

from vefa.channels.manners import Freight
from vefa.web.desk.frame import Alarm, Frame, View
from vefa.web.ui import charts, terms, words
from vefa.web.ui.clock import Clock, Owed, read
from vefa.web.ui.shapes import (
    ApprovedText,
    Beside,
    Event,
    Figure,
    Fold,
    Gap,
    Message,
    Pages,
    Person,
    Place,
    Promise,
    Route,
    Row,
    Suggestion,
    Tag,
    Truth,
    Under,
    Way,
)

H, D = timedelta(hours=1), timedelta(days=1)
Words = dict[str, str]


@cache
def _all() -> dict[str, Words]:
    return tomllib.loads((Path(__file__).parent / "gallery.toml").read_text(encoding="utf-8"))


def spoken(language: str) -> Words:
    """The invented content in this language."""
    return _all()[language]


def frame(said: Words) -> Frame:
    """The desk's frame around it."""
    here = reverse("desk:gallery")
    names = (
        (gettext("Mine"), "12", "m", ""),
        (gettext("New"), "31", "n", ""),
        (gettext("Waiting for the resident"), "8", "w", ""),
        (gettext("Due today"), "9", "t", "soon"),
        (gettext("Late"), "4", "l", "late"),
        (gettext("Sending uncertain"), "2", "u", "late"),
        (gettext("Drafts"), "1", "d", ""),
    )
    return Frame(
        staff=said["owner"],
        place=said["unit"],
        views=[
            View(name=name, href=here, count=count, key=key, tone=tone, current=key == "n")
            for name, count, key, tone in names
        ],
        saved=[View(name=said["area"], href=here, count="57")],
        alarms=[
            Alarm(words=gettext("Sending uncertain") + " " + words.digits(2), href=here, icon="uncertain")
        ],
        new_href=here,
    )


def clocks(now: datetime) -> list[Clock]:
    """A clock in each of its states."""
    owed = (
        Owed(now + 5 * D, now - D),
        Owed(now + 2 * D + H, now - 2 * D),
        Owed(now + 3 * H, now - 2 * D),
        Owed(now - 3 * H - timedelta(minutes=5), now - 2 * D),
        Owed(now, now - D, kept_at=now - H),
        Owed(now - 2 * D, now - 5 * D, kept_at=now),
        Owed(now + D, now - D, paused=True),
        Owed(None),
    )
    return [read(one, now) for one in owed]


def rows(said: Words, now: datetime) -> list[Row]:
    """A few list rows: unread, current, urgent, with many voices, with a title that is too long."""
    shown = clocks(now)
    plain = Row(
        case_id=1,
        href=reverse("desk:gallery"),
        reference="26-04127-3",
        title=said["title"],
        language=get_language() or "en",
        clock=shown[3],
        said_at=now,
        service=said["service"],
        area=said["area"],
        channel="whatsapp",
        unit=said["unit"],
    )
    urgent = replace(
        plain, case_id=3, reference="26-04101-6", title=said["long"], clock=shown[2], unread=True
    )
    other = replace(
        plain, case_id=2, reference="26-04119-8", title=said["other"], clock=shown[1], channel="phone"
    )
    return [
        replace(plain, voices=3, unread=True, current=True, owner=said["owner"]),
        other,
        replace(urgent, channel="telegram", urgency=gettext("Urgent")),
        replace(other, case_id=4, reference="26-03987-1", clock=shown[4], channel="email", private=True),
    ]


def conversation(said: Words, now: datetime) -> list[Message]:
    """Something said in the reader's language and in each of the others, an answer, and a note."""
    own = get_language() or "en"
    first = Message(
        side="in",
        who=said["resident"],
        text=said["said"],
        said_at=now - 7 * H,
        language=own,
        channel="messenger",
        under=Under(words=said["answer"], author=said["owner"], href="#main"),
        beside=Beside(folds=[Fold(label=gettext("What it quotes"), text=said["answer"])]),
    )
    note = Message(side="note", who=said["owner"], text=said["note"], said_at=now - 6 * H, language=own)
    answer = Message(
        side="out",
        who=said["owner"],
        text=said["answer"],
        said_at=now - 5 * H,
        language=own,
        channel="whatsapp",
        delivery="delivered",
    )
    others = [
        Message(
            side="in",
            who=other["resident"],
            text=other["said"],
            said_at=now - D,
            language=code,
            channel=channel,
        )
        for (code, other), channel in zip(
            _all().items(), ("telegram", "email", "portal", "sms", "phone"), strict=True
        )
        if code != own
    ]
    return [first, note, answer, *others, *troubled(said, now)]


def troubled(said: Words, now: datetime) -> list[Message]:
    """An answer that failed, and one of which nobody knows."""
    own = get_language() or "en"
    failed = Message(
        side="out",
        who=said["owner"],
        text=said["answer"],
        said_at=now - H,
        language=own,
        channel="email",
        delivery="failed",
        trouble=gettext("The mailbox is full. Try another channel or call."),
    )
    unclear = Message(
        side="out",
        who=said["owner"],
        text=said["answer"],
        said_at=now,
        language=own,
        channel="telegram",
        delivery="uncertain",
    )
    return [failed, unclear]


def people_and_places(said: Words) -> dict[str, Any]:
    """Person lines, channel lines and place lines."""
    here = reverse("desk:gallery")
    return {
        "people": [
            Person(
                name=said["resident"],
                href=here,
                phone="+905325550142",
                language=get_language() or "en",
                cases=4,
            ),
            Person(name=said["owner"], role=said["person_role"], presence="typing"),
        ],
        "routes": [
            Route(channel="whatsapp", account="+90 232 555 01 53"),
            Route(channel="email", account="bilgi@pinarova.example", side="out"),
        ],
        "place": Place(words=said["place"], area=said["area"], href=here, near=2),
        "suggestions": [
            Suggestion(value="pothole", label=said["service"], reason=said["reason"], key="1", sure=True),
            Suggestion(value="pavement", label=gettext("Pavement"), reason=said["area"], key="2"),
            Suggestion(value="other", label=gettext("Something else"), key="3"),
        ],
        "tags": [
            Tag(name=gettext("Area"), value=said["area"], href=here),
            Tag(name=gettext("Unit"), value=said["unit"], href=here),
        ],
        "pages": Pages(newer=here, older=here, shown=gettext("50 cases")),
        "clear": here,
    }


def ways(codes: Sequence[str]) -> tuple[Way, ...]:
    """Ways to answer, the first of them chosen."""
    named = [(code, *terms.WAYS[code]) for code in codes]
    return tuple(
        Way(value=code, label=str(label), hint=str(hint), chosen=code == codes[0])
        for code, label, hint in named
    )


def composers(said: Words) -> dict[str, Truth]:
    """The composer in four moods: free words, nobody to write to, approved texts alone, nothing at all."""
    own = get_language() or "en"
    hours = 21
    window = ngettext("%(count)s hour left to answer freely", "%(count)s hours left to answer freely", hours)
    return {
        "truth": Truth(
            channel="whatsapp",
            to="+90 532 ··· 01 42",
            language=own,
            limit=4096,
            length=gettext("%(used)s of %(limit)s characters")
            % {"used": words.digits(0), "limit": words.digits(4096)},
            window=window % {"count": words.digits(hours)},
            cost=gettext("free of charge"),
            ways=ways(("", "template")),
            buttons=("", "", ""),
            button_length=20,
            place=said["place"],
            files=terms.files(Freight(together=25_000_000), shown=False),
        ),
        "late": Truth(
            channel="whatsapp",
            language=own,
            notices=(terms.notice("whatsapp_window"),),
            ways=ways(("template",)),
            texts_asked=True,
            wordless=True,
            texts=(
                ApprovedText(
                    id=1, name="needs_from_you", language=own, text=said["answer"], gaps=(Gap(name="1"),)
                ),
            ),
        ),
        "unkeyed": Truth(
            channel="x",
            notices=(terms.notice("no_key"),),
            nothing=gettext("Nothing can be sent here now."),
            closed=True,
            wordless=True,
        ),
        "silence": Truth(
            channel="email",
            nothing=gettext("We have no e-mail address of this resident: nothing would be sent."),
        ),
    }


def writing(said: Words, now: datetime) -> dict[str, Any]:
    """The composer, promises, and a timeline."""
    running, late, kept = clocks(now)[1], clocks(now)[3], clocks(now)[4]
    return {
        **composers(said),
        "promises": [
            Promise(
                who=said["unit"],
                to=said["resident"],
                what=said["service"],
                clock=running,
                due_at=running.due_at,
                basis=gettext("Service standard: 4 working days"),
            ),
            Promise(
                who=said["unit"], to=said["resident"], what=said["service"], clock=late, due_at=late.due_at
            ),
            Promise(who=said["owner"], to=said["resident"], what=said["other"], clock=kept),
        ],
        "events": [
            Event(words=gettext("We received your report"), at=now - 2 * D, tone="kept"),
            Event(words=gettext("The road unit looks at it"), at=now - D, who=said["unit"], tone="kept"),
            Event(words=gettext("Later than promised"), at=now - 3 * H, detail=said["note"], tone="late"),
            Event(words=gettext("Planned"), at=now + 2 * D, tone="ahead"),
        ],
    }


def figures() -> dict[str, Any]:
    """Figures with their definitions, and charts."""
    week = gettext("this week")
    return {
        "figures": [
            Figure(
                name=gettext("Received"),
                value="1 284",
                period=week,
                trend="up",
                against=gettext("12 % above usual"),
                definition=gettext("Every message, call and visit, counted once."),
            ),
            Figure(
                name=gettext("Answered in time"),
                value="91 %",
                period=week,
                n="n = 1 102",
                tone="kept",
                trend="up",
                against=gettext("4 points better than usual"),
                definition=gettext("Cases whose first answer came within the promised time."),
            ),
            Figure(
                name=gettext("Overdue"),
                value="37",
                period=gettext("now"),
                tone="late",
                trend="up",
                against=gettext("9 more than usual; the oldest 12 days"),
                definition=gettext("Open cases whose promise has passed."),
            ),
        ],
        **charted(),
    }


def charted() -> dict[str, Any]:
    """Bars and lines."""
    return {
        "bars": charts.bars(
            [("Adatepe", 57), ("Çamlık", 34), ("Şirinyer", 21), ("Göl", 8)], marked="Adatepe"
        ),
        "chart": charts.line_chart(
            gettext("Received per day"),
            [str(number) for number in range(1, 15)],
            [
                charts.Series(
                    name=gettext("this year"),
                    values=[80, 92, 88, 97, 120, 60, 41, 95, 101, 160, 171, 130, 70, 52],
                ),
                charts.Series(
                    name=gettext("usual"),
                    values=[82, 85, 86, 88, 90, 52, 40, 84, 86, 87, 88, 91, 54, 42],
                    compared=True,
                ),
            ],
            rtl=get_language_bidi(),
        ),
    }


def outlines() -> dict[str, Any]:
    """Four invented neighbourhoods as GeoJSON (WGS 84, longitude first)."""
    corners = {
        "Adatepe": [(27.10, 38.38), (27.13, 38.38), (27.14, 38.40), (27.11, 38.41)],
        "Çamlık": [(27.13, 38.38), (27.17, 38.37), (27.18, 38.40), (27.14, 38.40)],
        "Şirinyer": [(27.11, 38.41), (27.14, 38.40), (27.15, 38.43), (27.12, 38.43)],
        "Göl": [(27.14, 38.40), (27.18, 38.40), (27.19, 38.42), (27.15, 38.43)],
    }
    features = [
        {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
        }
        for name, ring in corners.items()
    ]
    return {"type": "FeatureCollection", "features": features}
