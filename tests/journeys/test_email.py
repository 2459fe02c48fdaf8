"""Olga writes a letter to the city by mail, is answered by mail, disagrees, and is heard."""

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.utils import timezone

from tests.channels.email.peers import DOVECOT, EXIM, PASSWORD, dovecot, exim, mail_home
from tests.journeys.conftest import fetch
from tests.web.portal.resident import Resident
from vefa.cases.lifecycle import Ending, end
from vefa.cases.models import Case, Outcome, State
from vefa.channels.manners import Freight
from vefa.channels.sealing import seal
from vefa.citizens.merging import merge
from vefa.citizens.models import Likeness
from vefa.citizens.queries import addresses_of
from vefa.dialogue.enclosing import Chosen, take
from vefa.dialogue.models import Delivery, DeliveryState
from vefa.dialogue.writing import Words, write

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.peers,
    pytest.mark.skipif(
        not (DOVECOT and EXIM), reason="dovecot-imapd and exim4-daemon-light are not installed"
    ),
]
CITY = "iletisim@belediye.example"
OLGA = "olga@pinarova.example"


class Post:
    """The city's mailbox and Olga's, each in a folder of its own."""

    def __init__(self, ours: Path, theirs: Path) -> None:
        self._ours, self._theirs = ours, theirs
        self._count = 0

    def drop(self, letter: EmailMessage) -> None:
        """A letter that the post laid into the city's mailbox."""
        self._count += 1
        waiting = self._ours / "mail/tmp" / f"letter-{self._count}"
        waiting.write_bytes(letter.as_bytes(policy=email.policy.SMTP))
        waiting.chmod(0o666)
        waiting.rename(self._ours / "mail/new" / waiting.name)

    def olga_got(self) -> list[EmailMessage]:
        """What lies in Olga's mailbox, the oldest first."""
        files = sorted((self._theirs / "mail/new").iterdir(), key=lambda path: path.stat().st_mtime_ns)
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]


@pytest.fixture
def post(town, settings) -> Iterator[Post]:
    settings.UNDO_S = 0
    with mail_home() as ours, mail_home() as theirs, dovecot(ours) as imap, exim(theirs) as smtp:
        town.mailbox.settings = {
            "address": CITY,
            "imap_host": "127.0.0.1",
            "imap_port": str(imap.port),
            "imap_security": "none",
            "smtp_host": "127.0.0.1",
            "smtp_port": str(smtp.port),
            "smtp_security": "none",
        }
        town.mailbox.sealed = seal({"imap_password": PASSWORD, "reply_key": "a key for tests"})
        town.mailbox.save()
        yield Post(ours, theirs)


def letter(text: str, *, number: int, answers: EmailMessage | None = None) -> EmailMessage:
    """What Olga writes."""
    made = EmailMessage()
    made["From"], made["To"] = f"Olga <{OLGA}>", CITY
    made["Subject"] = f"Re: {answers['Subject']}" if answers else "Яма на дороге"
    made["Message-ID"] = f"<letter-{number}@pinarova.example>"
    made["Date"] = timezone.now()
    if answers:
        made["In-Reply-To"] = made["References"] = answers["Message-ID"]
    made.set_content(text)
    return made


def body(mail: EmailMessage) -> str:
    """The plain words of a mail."""
    part = mail.get_body(("plain",))
    return str(part.get_content()) if part else ""


def test_from_letter_to_answer_to_reopening(town, post, worker, settings, tmp_path):
    post.drop(letter("Здравствуйте! На дороге в квартале Çarşı большая яма.", number=1))
    fetch(town.mailbox)
    worker.work()
    case = Case.objects.get()
    assert (case.service, case.area, case.language) == (town.pothole, town.carsi, "ru")
    (acknowledged,) = post.olga_got()
    assert case.reference in body(acknowledged)
    assert acknowledged["In-Reply-To"] == "<letter-1@pinarova.example>"

    settings.MEDIA_ROOT = tmp_path
    plan = Chosen("план.pdf", 8, [b"%PDF-1.4"])
    enclosed = take([plan], Freight(apart=False))
    words = Words(text="Бригада приедет завтра утром.", language="ru", files=enclosed)
    write(case=case, words=words, by=town.derya, now=timezone.now())
    worker.work()
    answered = post.olga_got()[-1]
    assert words.text in body(answered)
    (paper,) = answered.iter_attachments()
    assert (paper.get_filename(), paper.get_content()) == ("план.pdf", b"%PDF-1.4")

    ending = Ending(outcome=Outcome.DONE, reason="Яму засыпали.", waiver="Ночью")
    end(case_id=case.pk, ending=ending, by=town.derya, now=timezone.now())
    worker.work()
    done = post.olga_got()[-1]
    assert "Яму засыпали." in body(done)

    post.drop(letter("Нет, не решено, яма на месте", number=2, answers=done))
    fetch(town.mailbox)
    worker.work()
    case.refresh_from_db()
    assert (case.state, case.reopened, Case.objects.count()) == (State.NEW, 1, 1)


def test_who_leaves_number_and_mail_in_the_form_is_written_to_by_mail(town, post, worker):
    olga = Resident(speak="ru")
    earlier = olga.sends(phone="0532 123 45 67", name="Ольга")
    worker.work()
    assert post.olga_got() == []

    mine = olga.sends(text="Яма у рынка стала ещё больше", phone="0532 123 45 67", email=OLGA)
    worker.work()

    first, second = Case.objects.order_by("id")
    (acknowledged,) = post.olga_got()
    assert (acknowledged["To"], second.reference in body(acknowledged)) == (OLGA, True)
    assert first.citizen is not None
    assert second.citizen is not None
    one = Likeness.objects.get(older=first.citizen, newer=second.citizen)
    assert one.reasons == ["claimed:+905321234567"]
    merge(
        kept_id=one.older_id, absorbed_id=one.newer_id, reason="she said so", by="staff:1", now=timezone.now()
    )
    assert {one.value for one in addresses_of(first.citizen.pk)} == {"+905321234567", OLGA}
    found = olga.client.post("/r", {"reference": second.reference, "digits": "4567"})
    assert "Яма у рынка" in olga.sees(found.headers["Location"])
    assert earlier != mine

    write(case=second, words=Words(text="Завтра засыплем.", language="ru"), by=town.derya, now=timezone.now())
    worker.work()
    assert "Завтра засыплем." in body(post.olga_got()[-1])


def test_a_mailbox_that_rests_keeps_nobody_else_waiting(town, post, worker):
    first = letter("На улице яма.", number=1)
    first.replace_header("From", "Иван <later@pinarova.example>")  # put off by the server for now
    post.drop(first)
    post.drop(letter("На дороге яма.", number=2))
    fetch(town.mailbox)
    worker.work()

    assert len(post.olga_got()) == 1
    waiting = Delivery.objects.select_related("conversation__address").get(state=DeliveryState.QUEUED)
    assert waiting.conversation is not None
    assert waiting.conversation.address.value == "later@pinarova.example"
    town.mailbox.refresh_from_db()
    assert (town.mailbox.paused_until, town.mailbox.trouble) == (None, "")
