"""A case that began under a post: what the desk shows, and what it lets nobody publish by mistake."""

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.web.desk.seat import seated
from vefa.cases.models import Case
from vefa.channels.models import Endpoint
from vefa.channels.sealing import seal
from vefa.dialogue.models import Reply
from vefa.inbox import posts
from vefa.inbox.models import Contact, Conversation, Post, PostState

pytestmark = pytest.mark.django_db


@pytest.fixture
def comment(town, wrote) -> Case:
    """Ali wrote under a post of the mayor's page."""
    now = timezone.now()
    case: Case = wrote("Ali Demir", "9001", "Okulun önünde çukur var", now=now)
    page = Endpoint.objects.create(
        key="mayor-page", channel="messenger", owner="mayor", names={"tr": "Başkanın sayfası"},
        settings={"page_id": "2002"}, sealed=seal({"token": "t", "secret": "s"}),
    )  # fmt: skip
    Conversation.objects.filter(contacts__links__case=case).update(
        endpoint=page, thread="comment/c1", public=True, last_contact_at=now
    )
    post = {"id": "2002_5", "text": "", "url": "https://www.facebook.com/2002_5", "author": ""}
    Contact.objects.update(endpoint=page, details={"post": post, "public": True})
    Post.objects.create(
        endpoint=page, post_id="2002_5", text="Pazar yeri yenilendi.", author="Leyla Güneş",
        state=PostState.FOUND, due_at=now,
    )  # fmt: skip
    return Case.objects.get(pk=case.pk)


def url(name: str, case: Case) -> str:
    return reverse(f"desk:{name}", args=[case.pk])


def test_the_case_shows_post_account_and_warning(town, comment):
    page = seated(town.derya).get(url("case", comment)).content.decode()

    assert "Pazar yeri yenilendi." in page
    assert "Leyla Güneş" in page
    assert 'href="https://www.facebook.com/2002_5"' in page
    assert "Başkanın sayfası" in page
    assert "truth-warning" in page
    assert 'value="public"' in page
    assert 'value="private"' in page


def test_posts_cost_one_statement_and_none_where_nobody_spoke_under_one(
    town, comment, django_assert_num_queries
):
    contacts = list(Contact.objects.all())
    with django_assert_num_queries(1):
        assert posts.posts_of(contacts)[contacts[0].pk].text == "Pazar yeri yenilendi."
    contacts[0].details = {}
    with django_assert_num_queries(0):
        assert posts.posts_of(contacts) == {}


def test_a_person_is_named_in_public_only_after_a_second_thought(town, comment):
    client = seated(town.derya)
    said = {"text": "Sayın Ali Demir, ekip yolda.", "do": "send", "way": "public"}

    answer = client.post(url("reply", comment), said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Ali Demir" in page
    assert 'name="insisted"' in page
    assert "Sayın Ali Demir, ekip yolda." in page
    assert not Reply.objects.exists()

    assert client.post(url("reply", comment), {**said, "insisted": "yes"}).status_code == 302
    assert Reply.objects.get().way == "public"


def test_nobody_can_insist_on_a_secret_link(town, comment):
    client = seated(town.derya)
    link = f"https://pinarova.example/r/{comment.reference}/{comment.secret}"
    for more in ({}, {"insisted": "yes"}):
        answer = client.post(url("reply", comment), {"text": f"İzleyin: {link}", "do": "send", **more})
        assert answer.status_code == 422
        assert 'name="insisted"' not in answer.content.decode()
    private = {"text": f"İzleyin: {link}", "do": "send", "way": "private"}
    assert client.post(url("reply", comment), private).status_code == 302
    assert Reply.objects.get().way == "private"
