"""What everybody may see, and how somebody joins."""

import pytest

from tests.journeys.conftest import Worker
from tests.web.portal.resident import POTHOLE, Resident
from vefa.cases.models import Case, Outcome
from vefa.inbox.models import Contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def public(ayse) -> Case:
    """Ayşe's pothole, which everybody may see."""
    ayse.sends(phone="0532 123 45 67", name="Ayşe Yılmaz")
    Worker().work()
    return Case.objects.get()


def test_the_list_shows_sort_place_and_state_and_nothing_of_the_resident(public):
    pages = [Resident().sees(address) for address in ("/cases/", "/cases/map", f"/cases/{public.id}")]

    assert "Yolda çukur" in Resident(speak="tr").sees("/cases/")
    for page in pages:
        for private in (POTHOLE, "Yılmaz", "4567", public.reference, public.secret):
            assert private not in page


def test_what_is_private_is_nowhere(public):
    Case.objects.update(private=True)

    for page in ("/cases/", "/cases/map"):
        assert f"/cases/{public.id}" not in Resident().sees(page)
    Resident().sees(f"/cases/{public.id}", status=404)
    Resident().sees(f"/cases/{public.id}/follow", status=404)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("service=pothole", True),
        ("service=tree", False),
        ("area=cinaralti", True),
        ("area=iskele", False),
        ("state=open", True),
        ("state=ended", False),
        ("service=../etc&area=%00&state=x", True),
    ],
)
def test_the_list_can_be_narrowed(public, asked, found):
    for page in ("/cases/", "/cases/map"):
        words = Resident(speak="tr").sees(f"{page}?{asked}")
        links = words.count(f'href="/cases/{public.id}"')
        assert (links == 1) is found, page


def test_a_broken_place_in_the_list_is_no_error_of_ours(public):
    Resident().sees("/cases/?from=a9.x", status=404)


def test_joining_counts_a_voice_and_gives_a_receipt(public):
    can = Resident()
    token = can.client.get(f"/cases/{public.id}/follow").context["form"]["token"].value()
    joined = can.client.post(f"/cases/{public.id}/follow", {"token": token, "phone": "0533 000 00 01"})
    Worker().work()

    public.refresh_from_db()
    assert public.supporters == 1
    own = Case.objects.exclude(id=public.id).get()
    assert (own.outcome, own.master_id) == (Outcome.DUPLICATE, public.id)
    page = can.sees(joined.headers["Location"].removesuffix("/received"))
    assert "Received" in page
    assert POTHOLE not in page


def test_a_report_at_the_same_place_is_offered_what_is_known(public):
    can = Resident()
    mine = can.sends(text="Yolda çukur var", same=str(public.id))
    Worker().work()

    public.refresh_from_db()
    assert public.supporters == 1
    assert Contact.objects.count() == 2
    assert "Received" in can.sees(mine)


def test_the_map_draws_our_own_outlines(public, town):
    page = Resident().sees("/cases/map")

    assert page.count('class="district"') == 4
    assert 'class="spot"' in page
    closer = Resident().sees("/cases/map?area=carsi")
    assert closer.count('class="district"') == 1


def test_the_map_draws_where_something_is_to_a_hundred_metres_however_close_one_looks(public, town):
    """Two doors of one street stand in one circle; the third, two streets on, in another place."""

    def circles() -> list[tuple[float, float, int]]:
        spots = Resident().client.get("/cases/map?area=carsi").context["spots"]
        return [(spot.x, spot.y, spot.count) for spot in spots]

    (first,) = circles()
    Case.objects.update(lat=38.0203, lon=27.0097)
    assert circles() == [first]
    Case.objects.update(lat=38.0221, lon=27.0121)
    assert circles() != [first]


def test_the_outlines_are_given_as_geojson(town):
    given = Resident().client.get("/areas.geojson")

    assert given.headers["Content-Type"] == "application/geo+json"
    assert {one["properties"]["key"] for one in given.json()["features"]} >= {"carsi", "pinarova"}


def test_the_list_takes_few_statements(public, django_assert_max_num_queries):
    Resident().sees("/cases/")
    with django_assert_max_num_queries(4):
        Resident().sees("/cases/")


def test_words_for_everybody_are_shown_without_personal_data(public):
    Case.objects.update(public_text="Çukur, arayın 0532 123 45 67, IBAN TR33 0006 1005 1978 6457 8413 26")

    for page in ("/cases/", f"/cases/{public.id}"):
        words = Resident().sees(page)
        assert "Çukur, arayın •••, IBAN •••" in words
        assert not any(private in words for private in ("4567", "45 67", "TR33"))


def test_an_address_that_looks_like_another_host_offers_its_languages_here(town):
    page = Resident().client.get("/", PATH_INFO="//evil.example/")

    assert page.status_code == 404
    assert 'href="/%2Fevil.example/?speak=' in page.content.decode()
    assert 'href="//' not in page.content.decode()
