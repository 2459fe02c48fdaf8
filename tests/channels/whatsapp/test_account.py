"""What WhatsApp says of the number and its token, and how a group is answered."""

from datetime import UTC, datetime

import pytest

from tests.channels.whatsapp.test_sending import HOUR, NOW, adapter, cloud, parcel
from tests.providers.whatsapp_cloud import DERYA
from vefa.channels.manners import Expiring, Standing
from vefa.channels.port import Filled, Place, RejectedError

__all__ = ["cloud"]
GROUP = "Y2FwaV9ncm91cDoxNzA1NTU1MDEzOToxMjAzNjM0MDQ2OTQyMzM4MjAZD"


@pytest.mark.parametrize(
    ("limit", "newest", "said"),
    [
        ("TIER_250", True, "At most 250 people"),
        ("TIER_10K", True, "At most 10000 people"),
        ("TIER_1K", False, "At most 1000 people"),
        ("TIER_UNLIMITED", True, "Any number of people"),
        ("TIER_NOT_SET", True, ""),
    ],
)
def test_the_look_says_how_many_people_may_be_written_to_and_how_people_like_it(cloud, limit, newest, said):
    cloud.limit, cloud.newest = limit, newest
    texts = [one.text for one in adapter(cloud).check()]

    assert any("GREEN" in text for text in texts)
    assert [text for text in texts if "people may" in text] == [
        text for text in texts if said and said in text
    ]
    assert any(said in text for text in texts)


def test_a_token_that_ends_is_told_beforehand(cloud):
    line = adapter(cloud)
    assert isinstance(line, Expiring)
    assert line.expires_at() is None
    assert any(one.text == "The token does not expire." for one in line.check())

    cloud.expires_at = 1_774_836_000
    assert line.expires_at() == datetime(2026, 3, 30, 2, 0, tzinfo=UTC)
    assert any("2026-03-30 at 02:00" in one.text for one in line.check())


def test_a_token_that_may_not_ask_about_itself_needs_the_apps_number_and_is_no_trouble(cloud):
    cloud.may_ask_itself = False
    line = adapter(cloud)
    assert [one.ok for one in line.check()][:-1] == [True] * 4
    assert any("app_id" in one.text for one in line.check())
    with pytest.raises(RejectedError):
        line.expires_at()


def test_in_a_group_the_group_is_answered(cloud):
    cloud.groups = (GROUP,)
    adapter(cloud).send(parcel(thread=GROUP, in_reply_to="wamid.HBgI7"))

    (received,) = cloud.received
    assert (received.to, received.body["recipient_type"]) == (GROUP, "group")
    assert received.body["context"] == {"message_id": "wamid.HBgI7"}
    filled = Filled(name="received", language="tr", values=("26-1",))
    for more in (
        {"buttons": ("Evet",)},
        {"place": Place(latitude=38.0, longitude=27.0)},
        {"way": "template", "template": filled},
        {"heard_at": NOW - 25 * HOUR, "template": filled},
    ):
        with pytest.raises(RejectedError):
            adapter(cloud).send(parcel(thread=GROUP, **more))
    assert len(cloud.received) == 1


def test_a_person_whose_own_thread_it_is_is_no_group(cloud):
    adapter(cloud).send(parcel(thread=DERYA, buttons=("Evet",)))
    assert (cloud.received[0].to, cloud.received[0].body["recipient_type"]) == (DERYA, "individual")
    alone = adapter(cloud).terms(Standing(now=NOW, heard_at=NOW - HOUR, thread=DERYA))
    assert (alone.notices, alone.buttons) == ((), 10)


def test_the_rules_of_a_group_say_that_everybody_reads(cloud):
    fresh = adapter(cloud).terms(Standing(now=NOW, heard_at=NOW - HOUR, thread=GROUP, group=True))
    late = adapter(cloud).terms(Standing(now=NOW, heard_at=NOW - 25 * HOUR, thread=GROUP, group=True))

    assert (fresh.ways, fresh.notices, fresh.buttons, fresh.places) == (("",), ("public",), 0, False)
    assert (late.ways, late.notices) == ((), ("public", "whatsapp_window"))
