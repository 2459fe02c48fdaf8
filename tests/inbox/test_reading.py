"""From raw bytes to who said what: people, conversations, edits, moves, files."""

import json
from datetime import UTC, datetime

import pytest

from vefa.channels.models import Endpoint
from vefa.channels.sealing import seal
from vefa.citizens.merging import merge, unmerge
from vefa.citizens.models import Address, Citizen, Likeness
from vefa.inbox import claiming, reading
from vefa.inbox.intake import Incoming, accept
from vefa.inbox.models import Attachment, Contact, Conversation

AYLIN = {"id": 77, "is_bot": False, "first_name": "Aylın", "last_name": "Su", "language_code": "tr"}


@pytest.fixture
def bot(town):
    Endpoint.objects.filter(id=town.bot.id).update(sealed=seal({"token": "1:a", "secret": "s"}))
    return town.bot


def message(number, *, chat=77, **parts):
    kind = "private" if chat > 0 else "group"
    body = {
        "message_id": number,
        "date": 1_770_000_000 + number,
        "chat": {"id": chat, "type": kind},
        "from": AYLIN,
    }
    return {**body, **parts}


def arrive(bot, now, *updates):
    """Accept updates, claim them, read them and write what was read."""
    raws = [
        {"update_id": number, **update} for number, update in enumerate(updates, Contact.objects.count() + 1)
    ]
    accept(
        [
            Incoming(
                endpoint_id=bot.id, external_id=str(raw["update_id"]), lane="x", raw=json.dumps(raw).encode(),
                received_at=now,
            )
            for raw in raws
        ]
    )  # fmt: skip
    return read_all(now)


def read_all(now):
    """What a worker does with everything that waits."""
    claim = claiming.claim_contacts(now=now, limit=100)
    assert claim
    reading.read(claim.contacts, now=now)
    claiming.finish(claim.lease, claim.contacts, now=now)
    return list(Contact.objects.filter(id__in=[contact.pk for contact in claim.contacts]).order_by("id"))


def test_two_messages_of_one_chat_are_one_person_in_one_conversation(bot, now):
    first, second = arrive(
        bot, now, {"message": message(1, text="Merhaba")}, {"message": message(2, text="Çukur var")}
    )

    assert (first.form, first.text, first.state, first.handled_at) == ("message", "Merhaba", "handled", now)
    assert first.conversation == second.conversation
    address = Address.objects.get()
    assert (address.space, address.value, address.citizen.name) == ("telegram", "77", "Aylın Su")
    assert address.citizen.folded_name == "aylin su"
    assert second.citizen == address.citizen
    assert (
        first.conversation.last_contact_at is None
        or Conversation.objects.get().last_contact_at == second.said_at
    )


@pytest.mark.parametrize("date", [253_402_300_799, 1, 0])
def test_a_clock_out_of_all_measure_is_not_believed(bot, now, date):
    (contact,) = arrive(bot, now, {"message": message(1, text="Çukur var", date=date)})
    assert contact.said_at == (now if date != 1 else datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    assert Conversation.objects.get().last_contact_at == contact.said_at


def test_a_second_batch_finds_who_is_known(bot, now):
    arrive(bot, now, {"message": message(1, text="Merhaba")})
    arrive(bot, now, {"message": message(2, text="Yine ben")})

    assert (Citizen.objects.count(), Address.objects.count(), Conversation.objects.count()) == (1, 1, 1)


def test_bytes_that_are_no_update_stay_visible(bot, now):
    accept([Incoming(endpoint_id=bot.id, external_id="9", lane="", raw=b"\xff\x00 garbage", received_at=now)])
    (contact,) = read_all(now)

    assert (contact.form, contact.state, bytes(contact.raw)) == ("unreadable", "handled", b"\xff\x00 garbage")
    assert contact.warnings


def test_an_edit_is_joined_to_what_it_changes_in_the_same_batch_and_later(bot, now):
    said = message(1, text="Sokak lambası yanmıyor")
    first, edit = arrive(bot, now, {"message": said}, {"edited_message": {**said, "text": "Lamba yanıyor"}})
    (again,) = arrive(bot, now, {"edited_message": {**said, "text": "Lamba bozuk"}})

    assert (first.text, first.edited_at) == ("Sokak lambası yanmıyor", now)
    assert [one.details["edited_contact_id"] for one in (edit, again)] == [first.id, first.id]
    assert (edit.form, again.form) == ("edit", "edit")


def test_an_edit_of_what_never_came_is_itself_the_message(bot, now):
    (edit,) = arrive(bot, now, {"edited_message": message(1, text="Çukur var", edit_date=1_770_000_500)})

    assert (edit.form, edit.text) == ("message", "Çukur var")
    assert edit.warnings


def test_who_blocks_us_cannot_be_reached_until_they_speak_again(bot, now):
    block = {
        "chat": {"id": 77, "type": "private"}, "from": AYLIN, "date": 1_770_000_100,
        "old_chat_member": {"status": "member"}, "new_chat_member": {"status": "kicked"},
    }  # fmt: skip
    arrive(bot, now, {"message": message(1, text="Merhaba")}, {"my_chat_member": block})
    assert Address.objects.get().unreachable_at == now

    arrive(bot, now, {"message": message(2, text="Geri geldim")})
    assert Address.objects.get().unreachable_at is None


def test_who_comes_back_at_once_can_be_reached(bot, now):
    block = {
        "chat": {"id": 77, "type": "private"}, "from": AYLIN, "date": 1_770_000_100,
        "old_chat_member": {"status": "member"}, "new_chat_member": {"status": "kicked"},
    }  # fmt: skip
    start = message(200, text="/start", entities=[{"type": "bot_command", "offset": 0, "length": 6}])
    arrive(bot, now, {"message": message(1, text="Merhaba")}, {"my_chat_member": block}, {"message": start})
    assert Address.objects.get().unreachable_at is None

    gone = {**block, "date": 1_770_000_300}
    arrive(bot, now, {"my_chat_member": gone}, {"message": message(250, text="Gelen var mı?")})
    assert Address.objects.get().unreachable_at == now  # what was said before she left says nothing


def test_a_group_that_moves_keeps_its_conversation(bot, now):
    arrive(bot, now, {"message": message(1, chat=-5, text="Mahallemizde su yok")})
    arrive(
        bot,
        now,
        {"message": message(2, chat=-5, migrate_to_chat_id=-1005)},
        {"message": message(3, chat=-1005, migrate_from_chat_id=-5)},
        {"message": message(4, chat=-1005, text="Hâlâ yok")},
    )

    conversation = Conversation.objects.get()
    assert (conversation.thread, conversation.public) == ("-1005", True)
    assert conversation.contacts.count() == 4


def test_files_wait_to_be_fetched_and_places_are_kept(bot, now):
    photo = [{"file_id": "big", "file_unique_id": "b", "width": 900, "height": 900, "file_size": 1000}]
    shot, place = arrive(
        bot,
        now,
        {"message": message(1, photo=photo, caption="Bakın")},
        {"message": message(2, location={"latitude": 38.02, "longitude": 27.01})},
    )

    file = Attachment.objects.get(contact=shot)
    assert (file.kind, file.provider_ref, file.state, file.due_at) == ("photo", "big", "waiting", now)
    assert (place.lat, place.lon) == (38.02, 27.01)


def test_the_address_of_a_file_stays_whole_however_long_its_signature_is(bot, now):
    address = f"https://cdn.example/pit.jpg?oh={'3f' * 300}&oe=67"
    (shot,) = arrive(
        bot,
        now,
        {"message": message(1, document={"file_id": address, "file_unique_id": "b"}, caption="Bakın")},
    )

    assert Attachment.objects.get(contact=shot).provider_ref == address


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("/sikayet Sokak lambası yanmıyor", "message"),
        ("/start Sokak lambası yanmıyor", "message"),
        ("/start case-20-4711", "start"),
        ("/start", "start"),
        ("/help", "start"),
        ("/menu", "command"),
        ("/link AAAAAAAA", "command"),
    ],
)
def test_words_behind_a_command_that_we_do_not_have_are_a_message(bot, now, text, form):
    (contact,) = arrive(bot, now, {"message": message(1, text=text)})

    assert (contact.form, contact.text) == (form, text)


def test_a_number_that_somebody_shares_about_themselves_is_theirs_too(bot, now):
    card = {"phone_number": "+905551112233", "first_name": "Aylın", "user_id": 77}
    arrive(bot, now, {"message": message(1, contact=card)})

    phone = Address.objects.get(space="phone")
    assert (phone.value, phone.last_digits, phone.citizen.name) == ("+905551112233", "2233", "Aylın Su")
    assert phone.verified_at == now
    assert Citizen.objects.count() == 1


def test_who_writes_while_they_are_merged_is_still_the_row_of_their_address(bot, now):
    (first,) = arrive(bot, now, {"message": message(1, text="Merhaba")})
    other = Citizen.objects.create(name="Aylin Su", created_at=now)
    assert first.citizen
    merge(kept_id=other.pk, absorbed_id=first.citizen.pk, reason="", by="staff:1", now=now)

    (second,) = arrive(bot, now, {"message": message(2, text="Yine ben")})

    assert second.citizen == first.citizen
    assert second.citizen.root == other


def test_a_visitor_with_a_name_and_no_address_is_a_citizen(town, now):
    raw = json.dumps({"text": "Kaldırım bozuk", "name": "Hüseyin Bey"}).encode()
    accept([Incoming(endpoint_id=town.counter.id, external_id="c1", lane="", raw=raw, received_at=now)])
    (contact,) = read_all(now)

    assert contact.citizen
    assert (contact.conversation, contact.citizen.name, contact.text) == (
        None,
        "Hüseyin Bey",
        "Kaldırım bozuk",
    )


def test_number_and_mailbox_that_staff_write_down_are_one_persons(town, now):
    """At the counter the person stands there; nobody has proved either address, so neither opens anything."""
    first = json.dumps({"text": "Kaldırım bozuk", "email": "derya@posta.example"}).encode()
    second = json.dumps({"text": "Hâlâ bozuk", "email": "derya@posta.example", "phone": "0532 111 22 33"})
    for number, raw in enumerate((first, second.encode())):
        arrived = Incoming(
            endpoint_id=town.counter.id, external_id=f"c{number}", lane="", raw=raw, received_at=now
        )
        accept([arrived])
        read_all(now)

    known = Address.objects.order_by("space")
    assert [(one.value, one.verified_at) for one in known] == [
        ("derya@posta.example", None),
        ("+905321112233", None),
    ]
    assert Citizen.objects.count() == 1
    assert Likeness.objects.count() == 0


def test_a_mailbox_written_down_while_two_are_merged_is_given_back_with_its_person(town, now):
    """Staff wrote it down beside the second one's number."""

    def write_down(**typed: str) -> None:
        raw = json.dumps({"text": "Kaldırım bozuk", **typed}).encode()
        name = f"c{Contact.objects.count()}"
        accept([Incoming(endpoint_id=town.counter.id, external_id=name, lane="", raw=raw, received_at=now)])
        read_all(now)

    write_down(phone="0532 111 22 33")
    write_down(phone="0532 444 55 66")
    ali, veli = (one.citizen for one in Address.objects.order_by("id").select_related("citizen"))
    merged = merge(kept_id=ali.pk, absorbed_id=veli.pk, reason="", by="staff:1", now=now)
    write_down(phone="0532 444 55 66", email="veli@posta.example")

    unmerge(merge_id=merged.pk, by="staff:1", now=now)

    assert Address.objects.get(space="email").citizen == veli
