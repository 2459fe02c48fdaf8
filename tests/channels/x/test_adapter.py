"""X as seen from its simulated interface: who may knock, what people read, what we make of trouble."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

import httpx
import pytest

from tests.channels.forged import (
    NO_TIME,
    OTHER,
    SECRET,
    Proof,
    answers,
    forgeries,
    refused_at_the_door,
    refused_by,
    taken_by,
)
from tests.channels.trouble import TROUBLES, becomes_the_right_error, says_how_long
from tests.channels.x.apps import URL, adapter, x
from tests.providers.x_api import DERYA, OWN, mention
from vefa.channels.manners import Greeter, Posted, Ruled, Standing, Subscriber
from vefa.channels.models import Endpoint
from vefa.channels.port import (
    Account,
    BusyError,
    Call,
    ForgedError,
    Parcel,
    ParcelFile,
    RejectedError,
    TooLargeError,
    UnsureError,
)
from vefa.channels.sealing import seal
from vefa.channels.x.adapter import X, build
from vefa.channels.x.door import PROOF_HEADERS

__all__ = ["x"]
POST = "2080765813578191303"
NEWER, OLDER = PROOF_HEADERS


def signed(header: str) -> Proof:
    def sign(body: bytes, secret: str) -> Call:
        digest = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
        return Call(headers={header: f"sha256={digest}"}, body=body)

    body = json.dumps(mention("900", "Çukur")).encode()
    return Proof(body=body, sign=sign, stale=NO_TIME, header=header, name="api_secret")


def nobody() -> X:
    return build(Account(settings={}, secrets={}, http=httpx.Client()))


def public(text: str = "Ekibimiz yolda.", **more) -> Parcel:
    return Parcel(**{"to": DERYA, "text": text, "thread": POST, "in_reply_to": POST} | more)


def private(text: str = "Ekibimiz yolda.", **more) -> Parcel:
    return Parcel(to=DERYA, text=text, thread="dm", in_reply_to="77", **more)


@pytest.mark.parametrize("header", PROOF_HEADERS)
@pytest.mark.parametrize("forgery", range(len(forgeries(signed(NEWER)))))
def test_a_forged_call_is_refused(header, forgery):
    refused_by(nobody(), forgeries(signed(header))[forgery])


@pytest.mark.parametrize("header", PROOF_HEADERS)
def test_x_itself_is_let_in_by_either_signature(header):
    taken_by(nobody(), signed(header))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("header", PROOF_HEADERS)
def test_the_door_refuses_every_forgery_and_keeps_nothing(header):
    refused_at_the_door(endpoint(), signed(header))


def endpoint() -> Endpoint:
    return Endpoint.objects.create(key="city", channel="x", sealed=seal({"api_secret": SECRET}))


@pytest.mark.django_db(transaction=True)
def test_the_challenge_is_signed_at_the_door_with_the_consumer_secret():
    get = Call(headers={}, query="crc_token=abc%20123", method="GET")
    ((status, body),) = answers(endpoint(), [get])

    digest = base64.b64encode(hmac.new(SECRET.encode(), b"abc 123", hashlib.sha256).digest()).decode()
    assert (status, json.loads(body)) == (200, {"response_token": f"sha256={digest}"})


@pytest.mark.parametrize(
    ("query", "secrets"),
    [
        ("", [SECRET]),
        ("crc_token=", [SECRET]),
        ("crc_token=a&crc_token=b", [SECRET]),
        ("crc_token=" + "a" * 501, [SECRET]),
        ("&".join(f"a{number}=1" for number in range(99)), [SECRET]),
        ("crc_token=a", []),
        ("crc_token=a", [""]),
    ],
)
def test_every_other_challenge_is_refused(query, secrets):
    with pytest.raises(ForgedError):
        nobody().greet(Call(headers={}, query=query, method="GET"), secrets)


def test_a_challenge_is_answered_with_the_newest_secret_only():
    said = nobody().greet(Call(headers={}, query="crc_token=a", method="GET"), [SECRET, OTHER])
    assert said == nobody().greet(Call(headers={}, query="crc_token=a", method="GET"), [SECRET])


def test_an_answer_stands_under_the_post_that_it_answers(x):
    sent = adapter(x).send(public())

    assert [(one.where, one.text) for one in x.posts] == [(POST, "Ekibimiz yolda.")]
    assert sent.provider_id == x.posts[0].id
    assert x.direct == []


def test_a_private_word_to_who_wrote_in_public_is_seen_by_nobody_else(x):
    adapter(x).send(public("Telefonunuzu yazar mısınız?", way="private"))

    assert [(one.where, one.text) for one in x.direct] == [(DERYA, "Telefonunuzu yazar mısınız?")]
    assert x.posts == []


@pytest.mark.parametrize("way", ["", "private", "public", "thread"])
def test_what_came_in_private_is_answered_in_private(x, way):
    adapter(x).send(private("a" * 9_999, way=way))

    assert len(x.direct) == 1
    assert x.posts == []


def test_who_was_copied_by_hand_is_found_by_the_handle(x):
    adapter(x).send(public(to="@derya", way="private"))
    assert [one.where for one in x.direct] == [DERYA]

    with pytest.raises(RejectedError):
        adapter(x).send(public(to="@nobody", way="private"))
    with pytest.raises(RejectedError):
        adapter(x).send(public(to="@../me", way="private"))


def test_a_long_public_answer_goes_in_parts_each_under_the_one_before(x):
    text = "Ekibimiz bugün geliyor. " * 30
    sent = adapter(x).send(public(text))

    assert len(x.posts) == 3
    assert [one.where for one in x.posts] == [POST, x.posts[0].id, x.posts[1].id]
    assert " ".join(one.text for one in x.posts) == text.strip()
    assert sent.parts == tuple(one.id for one in x.posts)


def test_after_trouble_in_the_middle_only_the_rest_is_sent_again(x):
    text = "Ekibimiz bugün geliyor. " * 30
    x.planned = ["", "429"]
    with pytest.raises(BusyError) as trouble:
        adapter(x).send(public(text))
    adapter(x).send(public(text, done=trouble.value.done))

    assert " ".join(one.text for one in x.posts) == text.strip()
    assert x.posts[1].where == x.posts[0].id


@pytest.mark.parametrize(
    "parcel",
    [
        public("", way="public"),
        public(in_reply_to=""),
        public(attachments=(ParcelFile(name="a.jpg", content_type="image/jpeg", content=b"x"),)),
        private(" "),
    ],
)
def test_what_x_cannot_take_is_refused_before_anything_goes_out(x, parcel):
    with pytest.raises(RejectedError):
        adapter(x).send(parcel)
    assert x.heard() == []


@pytest.mark.parametrize("parcel", [public(), private()], ids=["public", "private"])
@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
def test_trouble_becomes_the_right_error(x, trouble, parcel):
    becomes_the_right_error(trouble, peer=x, send=lambda: adapter(x).send(parcel))


def test_a_used_up_window_says_by_xs_own_clock_when_it_begins_anew(x):
    says_how_long(peer=x, send=lambda: adapter(x).send(public()))


def test_where_nobody_listens_the_answer_waits():
    keys = {"access_token": "a", "access_token_secret": "b"}
    lost = build(Account(settings={"api_base": "http://127.0.0.1:1"}, secrets=keys, http=httpx.Client()))
    with pytest.raises(BusyError):
        lost.send(public())


@pytest.mark.parametrize(
    ("status", "detail", "more", "error"),
    [
        (401, "Unauthorized", {}, BusyError),
        (402, "CreditsDepleted", {}, BusyError),
        (403, "When authenticating…", {"reason": "client-not-enrolled"}, BusyError),
        (
            403,
            "You are not permitted.",
            {"type": "https://api.x.com/2/problems/oauth1-permissions"},
            BusyError,
        ),
        (403, "You are not allowed to create a Tweet with duplicate content.", {}, RejectedError),
        (403, "You cannot send messages to this user.", {}, RejectedError),
        (400, "The Tweet you attempted to reply to was deleted or not visible to you.", {}, RejectedError),
    ],
)
def test_a_refusal_is_final_only_where_nobody_can_repair_it(x, status, detail, more, error):
    x.refuse(status, detail, **more)
    with pytest.raises(error) as caught:
        adapter(x).send(public())

    assert not getattr(caught.value, "unreachable", False)
    assert x.heard() == []


def test_who_blocked_us_is_not_written_to_again(x):
    x.refuse(403, "You have been blocked from sending messages to this user.")
    with pytest.raises(RejectedError) as caught:
        adapter(x).send(private())
    assert caught.value.unreachable


def test_wrong_keys_wait_for_a_person_and_show_themselves_nowhere(x):
    with pytest.raises(BusyError) as caught:
        adapter(x, access_token_secret="wrong-secret").send(public())

    assert caught.value.retry_after_s == 300
    assert "wrong-secret" not in f"{caught.value.reason} {adapter(x)!r}"


def test_the_rules_are_those_of_the_place_where_it_was_said(x):
    now = datetime(2026, 11, 22, tzinfo=UTC)
    above = adapter(x).terms(Standing(now=now, thread=POST, public=True))
    within = adapter(x).terms(Standing(now=now, thread="dm"))

    assert (above.ways, above.length, above.counted) == (("public", "private"), 280, "x")
    assert "public" in above.notices
    assert (within.ways, within.length, within.notices) == (("private",), 10_000, ())


def test_without_a_key_nothing_can_be_answered_and_the_composer_says_so(x):
    account = adapter(x, access_token="")
    with pytest.raises(RejectedError) as caught:
        account.send(public())
    assert "access token" in caught.value.reason
    terms = account.terms(Standing(now=datetime(2026, 11, 22, tzinfo=UTC), thread=POST))
    assert (terms.ways, terms.notices) == ((), ("no_key",))


def test_the_words_of_a_post_that_was_only_named_are_asked_for(x):
    x.texts[POST] = "Yarın su kesintisi"
    found = adapter(x).post(POST)

    assert (found.id, found.text) == (POST, "Yarın su kesintisi")
    assert found.said_at == datetime(2026, 11, 20, 8, tzinfo=UTC)
    for strange, account in (("1", adapter(x)), ("../users/me", adapter(x)), (POST, nobody())):
        with pytest.raises(RejectedError):
            account.post(strange)


@pytest.mark.parametrize(
    ("problem", "error"),
    [
        ("resource-not-found", RejectedError),
        ("not-authorized-for-resource", RejectedError),
        ("client-forbidden", RejectedError),
        ("usage-capped", BusyError),
    ],
)
def test_who_or_what_is_gone_holds_up_nobody_else(x, problem, error):
    x.problem = problem
    with pytest.raises(error):
        adapter(x).post(POST)
    with pytest.raises(error):
        adapter(x).send(public(to="@gone", way="private"))
    x.refuse(200, "", errors=[{"type": f"https://api.twitter.com/2/problems/{problem}"}])
    with pytest.raises(RejectedError if error is RejectedError else UnsureError):
        adapter(x).send(private())
    assert x.heard() == []


def test_a_picture_is_fetched_with_our_signature_and_only_from_x(x):
    x.files["/media/1.jpg"] = b"picture"
    with adapter(x).fetch(f"{x.base}/media/1.jpg", max_bytes=100) as chunks:
        assert b"".join(chunks) == b"picture"
    with pytest.raises(TooLargeError), adapter(x).fetch(f"{x.base}/media/1.jpg", max_bytes=3) as chunks:
        list(chunks)
    with pytest.raises(RejectedError), adapter(x).fetch(f"{x.base}/media/2.jpg", max_bytes=3):
        pass


@pytest.mark.parametrize(
    "ref",
    ["http://127.0.0.2/1.jpg", "https://twimg.com.example.org/1.jpg", "file:///etc/passwd", "https://[", ""],
)
def test_a_file_that_lies_elsewhere_is_not_fetched(x, ref):
    with pytest.raises(RejectedError), adapter(x).fetch(ref, max_bytes=10):
        pass


def test_the_check_says_what_works_and_what_to_do(x):
    account = adapter(x)
    first = account.check()
    account.subscribe(URL, secret="")
    (hook,) = x.hooks.values()
    second = account.check()
    hook["valid"] = False

    assert [finding.ok for finding in first] == [True, False]
    assert "@PinarovaBld" in first[0].text
    assert [finding.ok for finding in second] == [True, True]
    assert [finding.ok for finding in account.check()] == [True, False]
    assert [finding.ok for finding in nobody().check()] == [True]
    assert [finding.ok for finding in adapter(x, bearer_token="").check()] == [True, False]
    assert [finding.ok for finding in adapter(x, access_token="").check()] == [False, False]
    assert nobody().subscribed(URL)
    with pytest.raises(RejectedError):
        nobody().subscribe(URL, secret="")
    assert [finding.ok for finding in adapter(x, access_token_secret="x", bearer_token="y").check()] == [
        False,
        False,
    ]
    assert account.whereto() == "@PinarovaBld"


def test_x_fills_the_protocols_that_the_house_looks_for(x):
    account = adapter(x)
    for protocol in (Greeter, Posted, Ruled, Subscriber):
        assert isinstance(account, protocol)
    assert OWN not in repr(account.api.keys)
