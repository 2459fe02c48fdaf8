"""Against real servers: what we send through Exim lies in Dovecot's mailbox, and is fetched exactly once."""

import os
import smtplib
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.channels.email.letters import CITY, DERYA, mail
from tests.channels.email.peers import DOVECOT, EXIM, PASSWORD, Peer, dovecot, exim, mail_home
from vefa.channels.email import imap
from vefa.channels.email.adapter import Email, build
from vefa.channels.port import Account, Arrival, BusyError, Form, Parcel, ParcelFile, Reading, RejectedError

pytestmark = [
    pytest.mark.peers,
    pytest.mark.skipif(
        not (DOVECOT and EXIM), reason="dovecot-imapd and exim4-daemon-light are not installed"
    ),
]


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Peer, Peer]]:
    with mail_home() as home, dovecot(home) as imap, exim(home) as smtp:
        yield imap, smtp


@pytest.fixture
def mailbox(servers: tuple[Peer, Peer]) -> Email:
    """The city's mailbox, empty."""
    imap, smtp = servers
    for message in [*(imap.home / "mail").glob("*/*:2,*"), *(imap.home / "mail/new").iterdir()]:
        message.unlink()
    return account(imap.port, smtp.port)


def account(imap_port: int, smtp_port: int, *, password: str = PASSWORD, **settings: str) -> Email:
    plain = {"address": CITY, "name": "Pınarova Belediyesi", "plus_addressing": "yes"}
    plain |= {"imap_host": "127.0.0.1", "imap_port": str(imap_port), "imap_security": "none"}
    plain |= {"smtp_host": "127.0.0.1", "smtp_port": str(smtp_port), "smtp_security": "none"}
    secrets = {"imap_password": password, "reply_key": "a key for tests"}
    return build(Account(settings=plain | settings, secrets=secrets, http=httpx.Client()))


def drop(servers: tuple[Peer, Peer], raw: bytes, name: str) -> None:
    """A mail that the mail server laid into the mailbox."""
    folder = servers[0].home / "mail"
    waiting = folder / "tmp" / name
    waiting.write_bytes(raw)
    waiting.chmod(0o666)
    waiting.rename(folder / "new" / name)


def fetched(mailbox: Email, cursor: str = "", *, accept: bool = True) -> tuple[list[Arrival], str]:
    found: list[Arrival] = []
    for catch in mailbox.collect(cursor, wait_s=0):
        found += catch.arrivals
        if accept:
            catch.accepted()
            cursor = catch.cursor
    return found, cursor


def received(mailbox: Email, *, count: int = 1) -> list[Reading]:
    """What came by mail, as soon as it is there."""
    for _ in range(100):
        found, _cursor = fetched(mailbox, accept=False)
        if len(found) >= count:
            return [mailbox.read(arrival.raw) for arrival in found]
        time.sleep(0.05)
    pytest.fail("no mail came")


def test_the_check_up_says_that_both_sides_work(mailbox):
    assert [finding.ok for finding in mailbox.check()] == [True, True, True]


def test_a_wrong_password_is_a_finding_and_for_the_collector_a_reason_to_wait(servers):
    wrong = account(servers[0].port, servers[1].port, password="wrong")
    with pytest.raises(BusyError) as trouble:
        fetched(wrong)

    assert not wrong.check()[0].ok
    assert trouble.value.retry_after_s > 0


def test_every_message_is_fetched_once_and_marked_as_read_after_it_was_accepted(servers, mailbox):
    for number in range(25):
        drop(servers, mail(f"mektup {number}", Message_ID=f"<m{number}@x>"), f"{number:02}.mail")
    not_taken, _ = fetched(mailbox, accept=False)
    taken, cursor = fetched(mailbox)
    again, cursor = fetched(mailbox, cursor)

    assert len(not_taken) == 20  # a handful; the rest waits until it is accepted
    assert len({arrival.external_id for arrival in taken}) == 25
    assert again == []
    seen = [path.name for path in (servers[0].home / "mail").glob("*/*") if path.name.endswith("S")]
    assert len(seen) == 25
    assert {arrival.lane for arrival in taken} == {DERYA}


def test_large_mails_are_fetched_few_at_a_time_and_each_once(servers, mailbox, monkeypatch):
    monkeypatch.setattr(imap, "_TOGETHER", 50_000)  # instead of 25 MB
    for number, size in enumerate((20_000, 20_000, 20_000, 90_000, 100, 100)):
        drop(servers, mail(f"{number} " + "x" * size, Message_ID=f"<l{number}@x>"), f"large{number}.mail")
    catches = []
    for catch in mailbox.collect("", wait_s=0):
        catches.append([mailbox.read(one.raw).text.split()[0] for one in catch.arrivals])
        catch.accepted()

    assert catches == [
        ["0", "1"],
        ["2"],
        ["3"],
        ["4", "5"],
    ]  # one that is larger than all together comes alone


def test_what_comes_later_is_found_by_the_cursor_even_if_somebody_read_it(servers, mailbox):
    drop(servers, mail("bir", Message_ID="<one@x>"), "1.mail")
    _, cursor = fetched(mailbox)
    drop(servers, mail("iki", Message_ID="<two@x>"), "2.mail")
    path = servers[0].home / "mail"
    (path / "new/2.mail").rename(path / "cur/2.mail:2,S")
    found, _ = fetched(mailbox, cursor)

    assert [mailbox.read(arrival.raw).text for arrival in found] == ["iki"]


def test_an_empty_mailbox_gives_a_cursor_so_that_a_mail_read_by_a_person_first_is_not_missed(
    servers, mailbox
):
    nothing, cursor = fetched(mailbox)
    (servers[0].home / "mail/cur/1.mail:2,S").write_bytes(mail("ilk"))
    (servers[0].home / "mail/cur/1.mail:2,S").chmod(0o666)
    found, _ = fetched(mailbox, cursor)

    assert nothing == []
    assert [mailbox.read(arrival.raw).text for arrival in found] == ["ilk"]


def read_there(servers: tuple[Peer, Peer], text: str, name: str, *, day: datetime) -> None:
    """A mail that a person has read in the mailbox."""
    path = servers[0].home / f"mail/cur/{name}:2,S"
    path.write_bytes(mail(text, Message_ID=f"<{name}@x>"))
    path.chmod(0o666)
    os.utime(path, (day.timestamp(), day.timestamp()))


def test_what_a_person_has_read_before_us_is_left_alone_behind_an_unread_mail_too(servers, mailbox):
    drop(servers, mail("okunmamış", Message_ID="<u@x>"), "unread.mail")
    fetched(mailbox, accept=False)  # numbers are given as the server looks
    for number in range(3):
        read_there(servers, "eski", f"before{number}.mail", day=datetime(2025, 5, 1, tzinfo=UTC))
    found, cursor = fetched(mailbox)
    assert [mailbox.read(arrival.raw).text for arrival in found] == ["okunmamış"]
    assert fetched(mailbox, cursor) == ([], cursor)

    drop(servers, mail("yeni", Message_ID="<n@x>"), "fresh.mail")
    found, cursor = fetched(mailbox, cursor)
    assert [mailbox.read(arrival.raw).text for arrival in found] == ["yeni"]


def test_a_rebuilt_mailbox_brings_back_nothing_that_was_read_there_before_us(servers, mailbox):
    read_there(servers, "eski", "long-ago.mail", day=datetime(2025, 5, 1, tzinfo=UTC))
    nothing, cursor = fetched(mailbox)
    read_there(servers, "arada", "between.mail", day=datetime.now(UTC))
    first, cursor = fetched(mailbox, cursor)
    again, later = fetched(mailbox, f"1{cursor}")

    assert nothing == []
    assert [one.external_id for one in again] == [one.external_id for one in first]
    assert [mailbox.read(one.raw).text for one in first] == ["arada"]
    assert later == cursor


def test_a_mailbox_that_was_rebuilt_is_read_anew_under_the_same_names(servers, mailbox):
    drop(servers, mail(), "1.mail")
    first, cursor = fetched(mailbox)
    again, _ = fetched(mailbox, f"1{cursor}")

    assert [one.external_id for one in again] == [one.external_id for one in first]


def test_a_mail_that_comes_while_we_wait_ends_the_waiting(servers, mailbox):
    timer = threading.Timer(0.3, drop, (servers, mail("acele"), "9.mail"))
    timer.start()
    began = time.monotonic()
    found = [arrival for catch in mailbox.collect("", wait_s=20) for arrival in catch.arrivals]
    timer.join()

    assert [mailbox.read(arrival.raw).text for arrival in found] == ["acele"]
    assert time.monotonic() - began < 10


def test_a_message_that_is_too_large_comes_as_its_header_and_stays_unread(servers, mailbox):
    drop(servers, mail("büyük") + b"x" * (26 * 1024 * 1024), "big.mail")
    found, _ = fetched(mailbox)
    reading = mailbox.read(found[0].raw)

    assert len(found[0].raw) < 10_000
    assert reading.subject == "Sokak lambası"
    assert "too large" in reading.warnings[0]
    assert fetched(mailbox)[0] != []


def insisting(mailbox: Email, cursor: str = "", *, rounds: int) -> tuple[list[Arrival], str, list[str]]:
    """What comes in so many rounds, as a worker asks; where it stands then, and what went wrong."""
    found: list[Arrival] = []
    troubles: list[str] = []
    for _ in range(rounds):
        try:
            for catch in mailbox.collect(cursor, wait_s=0):
                found += catch.arrivals
                cursor = catch.cursor
                catch.accepted()
        except BusyError as error:
            troubles.append(error.reason)
    return found, cursor, troubles


def closed_to_the_server(servers: tuple[Peer, Peer], name: str) -> None:
    """A mail whose file the mail server may not read, though its folder lists it."""
    drop(servers, mail("kapalı", Message_ID=f"<{name}@x>"), name)
    (servers[0].home / "mail/new" / name).chmod(0)


def cut_under_the_index(servers: tuple[Peer, Peer], name: str) -> None:
    """A mail of which the disk kept less than the server's index knows."""
    whole = mail("kesik " + "x" * 60_000, Message_ID=f"<{name}@x>")
    drop(servers, whole, f"{name},S={len(whole)},W={len(whole)}")
    next((servers[0].home / "mail/new").glob(f"{name}*")).write_bytes(whole[:300])


@pytest.mark.parametrize("spoil", [closed_to_the_server, cut_under_the_index])
def test_a_mail_that_the_server_cannot_hand_over_is_told_of_and_holds_up_nobody(servers, mailbox, spoil):
    drop(servers, mail("önce", Message_ID="<b1@x>"), "fine1.mail")
    spoil(servers, f"{spoil.__name__}.mail")
    for number in range(3, 6):
        drop(servers, mail(f"sonra {number}", Message_ID=f"<b{number}@x>"), f"later{number}.mail")
    found, cursor, troubles = insisting(mailbox, rounds=8)
    readings = [mailbox.read(one.raw) for one in found]

    whole = sorted(one.text for one in readings if not one.warnings)
    assert whole == ["sonra 3", "sonra 4", "sonra 5", "önce"]
    (told,) = (one for one in readings if one.warnings)
    assert "could not hand it over" in " ".join(map(str, told.warnings))
    assert 4 <= len(troubles) <= 5
    assert all("does not hand over a mail" in one for one in troubles)
    assert len(cursor.split(":")) == 4  # as it was before
    assert insisting(mailbox, cursor, rounds=1) == ([], cursor, [])


def test_while_nothing_else_comes_either_no_mail_is_given_up(servers, mailbox):
    _, cursor = fetched(mailbox)
    closed_to_the_server(servers, "alone.mail")
    found, later, troubles = insisting(mailbox, cursor, rounds=8)
    assert (found, later, len(troubles)) == ([], cursor, 8)

    next((servers[0].home / "mail").glob("*/alone.mail*")).chmod(0o666)
    found, _, _ = insisting(mailbox, later, rounds=1)
    assert [mailbox.read(one.raw).text for one in found] == ["kapalı"]


def test_a_mail_without_a_byte_is_a_mail(servers, mailbox):
    drop(servers, b"", "empty.mail")
    drop(servers, mail("sonra", Message_ID="<e@x>"), "behind-empty.mail")
    found, _ = fetched(mailbox)

    assert sorted(one.raw == b"" for one in found) == [False, True]


def test_an_answer_arrives_in_the_thread_with_its_words_and_its_language(mailbox):
    at = datetime(2026, 3, 29, 9, 0, tzinfo=UTC)
    parcel = Parcel(
        to="derya@pinarova.example",
        text="سلام دریا،\n\nچراغ تعمیر شد. https://pinarova.example/t/1",
        language="fa",
        subject="Re: چراغ کوچه",
        in_reply_to="m1@posta.example",
        references=("m0@posta.example",),
        reference="20-4711-3",
        idempotency_key="01990b9e-7c1f-7a2e-9f6e-3c5d8e1f2a4b",
        auto=True,
        at=at,
    )
    sent = mailbox.send(parcel)
    (reading,) = received(mailbox)

    assert reading.message_id == sent.provider_id
    assert reading.text == parcel.text
    assert 'dir="rtl"' in reading.html
    assert reading.references == ("m0@posta.example", "m1@posta.example")
    assert (reading.form, reading.auto) == (Form.AUTO_REPLY, "auto-submitted: auto-replied")
    assert (reading.subject, reading.said_at) == ("Re: چراغ کوچه", at)
    assert reading.sender is not None
    assert (reading.sender.name, reading.sender.language_hint) == ("Pınarova Belediyesi", "fa")


def test_the_residents_answer_brings_our_reference_home(servers, mailbox):
    sent = mailbox.send(Parcel(to="derya@pinarova.example", text="Hangi sokak?", reference="20-4711-3"))
    (ours,) = received(mailbox)
    drop(servers, mail("Gül Sokak", In_Reply_To=f"<{sent.provider_id}>"), "answer.mail")
    drop(servers, mail("Gül Sokak 4", To=ours.reply_address, Message_ID="<m2@x>"), "answer2.mail")

    assert [reading.reference for reading in received(mailbox, count=3)[1:]] == ["20-4711-3"] * 2


def test_the_same_answer_sent_twice_carries_the_same_id(mailbox):
    parcel = Parcel(to="derya@pinarova.example", text="Merhaba", idempotency_key="k1", reference="7")

    assert mailbox.send(parcel).provider_id == mailbox.send(parcel).provider_id


def test_files_travel_with_their_names(mailbox):
    file = ParcelFile(name="kaldırım.jpg", content_type="image/jpeg", content=b"\xff\xd8\xff")
    mailbox.send(Parcel(to="derya@pinarova.example", text="Ekte", attachments=(file,)))
    (reading,) = received(mailbox)

    assert [(ref.name, ref.content) for ref in reading.attachments] == [("kaldırım.jpg", b"\xff\xd8\xff")]


def test_an_unknown_mailbox_is_final_and_a_busy_one_is_not(mailbox):
    with pytest.raises(RejectedError) as refusal:
        mailbox.send(Parcel(to="nobody_here@pinarova.example", text="Merhaba"))
    with pytest.raises(BusyError) as rest:
        mailbox.send(Parcel(to="later@pinarova.example", text="Merhaba"))
    with pytest.raises(RejectedError) as content:
        mailbox.send(Parcel(to="derya@pinarova.example", text="Merhaba", subject="FORBIDDEN"))

    assert refusal.value.unreachable
    assert rest.value.address_only
    assert not content.value.unreachable


@pytest.mark.parametrize(
    "to", ["a@b.example\r\nBcc: x@y.example", "no address", "a@b.example,c@d.example", "<a@b>", ""]
)
def test_an_address_that_would_smuggle_something_is_refused_before_it_leaves(mailbox, to):
    with pytest.raises(RejectedError):
        mailbox.send(Parcel(to=to, text="Merhaba"))


def test_no_text_can_smuggle_a_header_or_end_the_mail_early(mailbox):
    text = "bir\n.\nQUIT\n..iki"
    mailbox.send(
        Parcel(
            to="derya@pinarova.example",
            text=text,
            subject="Konu\r\nBcc: hirsiz@evil.example",
            in_reply_to="x>\r\nX-Evil: 1\r\n<y",
        )
    )
    (reading,) = received(mailbox)

    assert reading.text == text
    assert reading.subject == "Konu Bcc: hirsiz@evil.example"
    assert reading.references == ()


def test_servers_that_are_away_are_busy_and_not_a_crash():
    away = account(9, 9)
    with pytest.raises(BusyError):
        fetched(away)
    with pytest.raises(BusyError):
        away.send(Parcel(to="derya@pinarova.example", text="Merhaba"))

    assert [finding.ok for finding in away.check()][:2] == [False, False]


def test_the_home_of_the_servers_holds_no_mail_of_ours_unsent(servers):
    queue = Path(servers[1].home / "spool" / "input")

    assert not queue.exists() or list(queue.iterdir()) == []


def test_a_foreign_mail_cannot_be_relayed_by_the_test_server(servers):
    with (
        smtplib.SMTP("127.0.0.1", servers[1].port, timeout=5) as smtp,
        pytest.raises(smtplib.SMTPRecipientsRefused),
    ):
        smtp.sendmail(DERYA, ["x@elsewhere.example"], "Subject: x\r\n\r\nx")
