"""The composer obeys the channel: what may go now, by which way, how long, and nothing typed is lost."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.web.desk.seat import seated
from vefa.cases.models import Case
from vefa.cases.opening import Opening, open_cases
from vefa.channels.models import Endpoint, Template
from vefa.channels.sealing import seal
from vefa.citizens.models import Address, Citizen
from vefa.dialogue.models import Delivery, Draft, Reply
from vefa.inbox.models import Contact, Conversation

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def line(town):
    """The city's WhatsApp number."""
    return Endpoint.objects.create(
        key="line", channel="whatsapp", language="tr", names={"tr": "WhatsApp"},
        settings={"phone_number_id": "106", "waba_id": "102"}, sealed=seal({"token": "t", "secret": "s"}),
    )  # fmt: skip


@pytest.fixture
def wrote_by(town):
    """Derya Aksu wrote some hours ago on an account: a case of hers."""

    def write(endpoint, hours, *, space="whatsapp", details=None, thread="") -> Case:
        at = timezone.now() - hours * HOUR
        person = Citizen.objects.create(name="Derya Aksu", folded_name="derya aksu", created_at=at)
        address = Address.objects.create(
            space=space, value="905325550142", citizen=person, shown_name="Derya", created_at=at
        )
        talk = Conversation.objects.create(
            endpoint=endpoint,
            address=address,
            language="tr",
            created_at=at,
            last_contact_at=at,
            thread=thread,
        )
        contact = Contact.objects.create(
            endpoint=endpoint, external_id="w1", lane="9", received_at=at, due_at=at, raw=b"{}",
            form="message", conversation=talk, said_at=at, text="Sokakta çukur var", language="tr",
            message_id="wamid.1", details=details or {},
        )  # fmt: skip
        opening = Opening(
            contact=contact, title="Sokakta çukur var", text="Sokakta çukur var", language="tr",
            kind="request", urgency=0, service=town.pothole, area_id=town.carsi.id, unsure=False,
            actor="triage",
        )  # fmt: skip
        (case_id,) = open_cases([opening], now=at)
        Case.objects.filter(pk=case_id).update(lat=38.02, lon=27.01, place_text="Çarşı 5")
        return Case.objects.get(pk=case_id)

    return write


def approve(line, name="needs-from-you", text="{{1}} için: {{2}}", gaps=2, language="tr"):
    return Template.objects.create(
        endpoint=line, name=name, language=language, status="approved", text=text, gaps=gaps,
        seen_at=timezone.now(),
    )  # fmt: skip


def page_of(town, case, **asked):
    return seated(town.derya).get(reverse("desk:case", args=[case.pk]), asked).content.decode()


def send(town, case, **given):
    return seated(town.derya).post(reverse("desk:reply", args=[case.pk]), {"do": "send", **given})


def test_inside_the_window_the_time_left_the_length_and_the_ways_are_shown(town, line, wrote_by):
    page = page_of(town, wrote_by(line, 2))

    assert 'data-until="' in page
    assert 'data-limit="4096" data-counted="characters"' in page
    assert '<input type="radio" name="way" value="" checked>' in page
    assert '<input type="radio" name="way" value="template">' in page
    first, _, more = page.partition('class="beside-more"')
    assert (first.count('name="button"'), more.count('name="button"')) == (3, 7)
    assert 'name="place"' in page
    assert 'name="template"' not in page  # asked for by one click


def test_the_page_costs_as_few_statements_as_any_other(town, line, wrote_by, django_assert_max_num_queries):
    case = wrote_by(line, 2)
    browser = seated(town.derya)
    browser.get(reverse("desk:case", args=[case.pk]))
    with django_assert_max_num_queries(10):
        browser.get(reverse("desk:case", args=[case.pk]))


def test_approved_texts_are_shown_with_their_gaps_filled(town, line, wrote_by):
    case = wrote_by(line, 30)
    text = approve(line, text="{{1}} için bilgi: {{question}}", gaps=2)
    approve(line, name="received", text="{{reference}}", gaps=1, language="ru")
    page = page_of(town, case)

    assert page.index("needs-from-you") < page.index("received")  # the resident's language first
    assert f'name="gap-{text.pk}-question" value=""' in page
    assert case.reference in page.split('class="approved"')[1]
    assert 'data-until="' not in page


def test_words_after_the_window_are_refused_in_a_sentence_and_kept(town, line, wrote_by):
    case = wrote_by(line, 30)
    answer = send(town, case, text="Ekibimiz geliyor.", way="")

    assert answer.status_code == 422
    assert "Ekibimiz geliyor." in answer.content.decode()
    assert Draft.objects.get().text == "Ekibimiz geliyor."
    assert not Reply.objects.filter(staff=town.derya).exists()


def test_an_approved_text_goes_with_its_gaps_and_typed_words_stay_a_draft(town, line, wrote_by):
    case, text = wrote_by(line, 30), approve(line)
    gaps = {f"gap-{text.pk}-1": case.reference, f"gap-{text.pk}-2": "hangi kapı?"}
    answer = send(town, case, text="yarım kalan", way="template", template=text.pk, **gaps)

    assert answer.status_code == 302
    reply = Reply.objects.get(staff=town.derya)
    assert (reply.way, reply.text) == ("template", f"{case.reference} için: hangi kapı?")
    sent = (reply.extras or {})["template"]
    assert (sent["name"], sent["language"]) == ("needs-from-you", "tr")
    assert sent["values"] == [case.reference, "hangi kapı?"]
    assert Draft.objects.get().text == "yarım kalan"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"way": "template"}, "template"),
        ({"way": "human_agent", "text": "x"}, "x"),
        ({"way": "", "text": "x" * 4097}, "x" * 100),
        ({"way": "", "text": "Tamam mı?", "button": ["Evet", "y" * 21]}, "y" * 21),
        ({"way": "", "text": " "}, ""),
    ],
)
def test_what_may_not_go_is_refused_and_everything_stands_there_again(town, line, wrote_by, given, words):
    case = wrote_by(line, 2)
    answer = send(town, case, **given)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Delivery.objects.filter(reply__staff=town.derya).exists()


def test_an_empty_gap_is_named(town, line, wrote_by):
    case, text = wrote_by(line, 30), approve(line)
    answer = send(town, case, way="template", template=text.pk, **{f"gap-{text.pk}-1": "A", "text": ""})

    assert answer.status_code == 422
    assert f'name="gap-{text.pk}-1" value="A"' in answer.content.decode()


def test_buttons_and_a_place_go_along(town, line, wrote_by):
    case = wrote_by(line, 2)
    answer = send(town, case, text="Burası mı?", way="", button=["Evet", "", "Hayır"], place="yes")

    assert answer.status_code == 302
    reply = Reply.objects.get(staff=town.derya)
    extras = reply.extras or {}
    assert extras["buttons"] == ["Evet", "Hayır"]
    assert extras["place"]["latitude"] == 38.02


def test_a_channel_without_rules_is_answered_as_ever(town, wrote_by):
    case = wrote_by(town.bot, 300, space="telegram")
    page = page_of(town, case)

    assert 'name="way"' not in page
    assert 'data-until="' not in page
    assert send(town, case, text="Tamam.").status_code == 302


def test_a_line_break_is_one_byte_of_the_thousand_on_the_screen_and_when_it_is_sent(town, wrote_by):
    account = Endpoint.objects.create(
        key="insta", channel="instagram", language="tr", names={"tr": "Instagram"},
        settings={"instagram_id": "1784"}, sealed=seal({"token": "t", "secret": "s"}),
    )  # fmt: skip
    case = wrote_by(account, 2, space="instagram")
    words = "\n".join(["ş" * 45] * 11)
    assert len(words.encode()) == 1000
    assert 'data-limit="1000" data-counted="utf8"' in page_of(town, case)

    assert send(town, case, text=words.replace("\n", "\r\n")).status_code == 302  # as a browser sends it
    assert Reply.objects.get(staff=town.derya).text == words
    assert send(town, case, text=words + "!").status_code == 422


def test_an_sms_is_counted_by_the_server_while_one_types(town, wrote_by):
    account = Endpoint.objects.create(
        key="sms", channel="sms", language="tr", names={"tr": "SMS"},
        settings={"gateway": "kannel", "price": "0.25", "currency": "TRY"}, sealed=seal({"secret": "s"}),
    )  # fmt: skip
    case = wrote_by(account, 2, space="phone")
    told = seated(town.derya).post(reverse("desk:draft", args=[case.pk]), {"text": "Yarin geliyoruz"}).json()

    assert "TRY" in told["length"]
    assert told["over"] is False


def test_a_public_comment_warns_before_anything_is_written(town, wrote_by):
    account = Endpoint.objects.create(
        key="page", channel="messenger", language="tr", names={"tr": "Sayfa"},
        settings={"page_id": "1"}, sealed=seal({"token": "t", "secret": "s"}),
    )  # fmt: skip
    case = wrote_by(account, 2, space="messenger", details={"public": True}, thread="comment/7")
    page = page_of(town, case)

    assert 'name="way" value="public" checked' in page
    assert 'name="way" value="private"' in page
    assert page.count("truth-warning") >= 1


def box(page: str) -> bool:
    return '<textarea data-keys="r"' in page


def test_where_nothing_can_go_there_is_no_box_and_kept_words_are_not_lost(town, wrote_by):
    account = Endpoint.objects.create(
        key="x", channel="x", language="tr", names={"tr": "X"}, settings={"user_id": "1"}, sealed=seal({})
    )
    case = wrote_by(account, 2, space="x", details={"public": True}, thread="post")
    page = page_of(town, case)

    assert not box(page)
    assert 'value="send"' not in page
    assert 'class="phrases"' not in page
    assert page.count("truth-warning") == 2  # that nothing goes, and where to answer instead
    answer = send(town, case, text="yazılmıştı")
    assert answer.status_code == 422
    assert box(answer.content.decode())
    assert "yazılmıştı" in page_of(town, case)
    assert 'value="send"' not in page_of(town, case)


def test_where_only_approved_texts_go_no_box_asks_for_words(town, line, wrote_by):
    case = wrote_by(line, 30)
    without = page_of(town, case)
    approve(line)
    with_one = page_of(town, case)

    assert [box(without), box(with_one)] == [False, False]
    assert ['value="send"' in one for one in (without, with_one)] == [False, True]
    Draft.objects.create(
        case=case, staff=town.derya, box="reply", text="yarım kalan", saved_at=timezone.now()
    )
    assert box(page_of(town, case))


def test_a_picture_and_the_end_of_a_buttons_address_go_along(town, line, wrote_by, settings):
    settings.PUBLIC_URL = "https://vefa.example"
    case, picture = wrote_by(line, 30), "https://pinarova.example/pazar.jpg"
    text = approve(line, text="{{vefa_header}}\n\n{{1}}\n\n[İzle] https://vefa.example/r/{{vefa_button_0}}")
    text.slots = [
        {"name": "vefa_header", "kind": "image", "sample": picture},
        {"name": "vefa_button_0", "kind": "url", "begins": "https://vefa.example/r/"},
    ]
    text.save()
    page = page_of(town, case)
    assert f'name="gap-{text.pk}-vefa_header" value="{picture}" type="url"' in page
    assert f'name="gap-{text.pk}-vefa_button_0" value="{case.reference}/{case.secret}"' in page

    gaps = {f"gap-{text.pk}-1": "Hazır", f"gap-{text.pk}-vefa_button_0": f"{case.reference}/x"}
    asked = {"way": "template", "template": text.pk, **gaps}
    assert send(town, case, **asked, **{f"gap-{text.pk}-vefa_header": "http://no.example"}).status_code == 422
    assert send(town, case, **asked, **{f"gap-{text.pk}-vefa_header": picture}).status_code == 302
    kept = (Reply.objects.get(staff=town.derya).extras or {})["template"]
    assert kept["values"] == ["Hazır"]
    assert [slot["value"] for slot in kept["slots"]] == [picture, f"{case.reference}/x"]


def test_of_a_retired_account_the_desk_says_that_no_message_leaves(town, wrote_by):
    case = wrote_by(town.bot, 5, space="telegram")
    Endpoint.objects.filter(pk=town.bot.pk).update(retired_at=timezone.now(), active=False)

    assert "Yazdıkları hesap emekliye ayrıldı" in page_of(town, case)
    assert send(town, case, text="Tamam.").status_code == 302
    assert Delivery.objects.get(reply__staff=town.derya).state == "shown"


@pytest.mark.parametrize(
    ("facts", "words"), [({"outbound_paused": True}, "duraklatıldı"), ({"active": False}, "anahtarlarını")]
)
def test_of_an_account_that_keeps_what_is_written_the_desk_says_so(town, wrote_by, facts, words):
    case = wrote_by(town.bot, 5, space="telegram")
    Endpoint.objects.filter(pk=town.bot.pk).update(**facts)

    assert words in page_of(town, case)
    send(town, case, text="Tamam.")
    assert Delivery.objects.get(reply__staff=town.derya).state == "queued"


def test_from_an_answer_that_came_back_the_approved_texts_are_found(town, line, wrote_by):
    case = wrote_by(line, 2)
    approve(line)
    client = seated(town.derya)
    refused = client.post(reverse("desk:reply", args=[case.pk]), {"do": "send", "text": " "})
    assert refused.status_code == 422
    assert 'href="?approved=1#answer"' in refused.content.decode()
    shown = client.get(f"{reverse('desk:reply', args=[case.pk])}?approved=1", follow=True)
    assert shown.redirect_chain == [(f"{reverse('desk:case', args=[case.pk])}?approved=1", 302)]
    assert "approved-text" in shown.content.decode()
    assert client.put(reverse("desk:reply", args=[case.pk])).status_code == 405
