"""Addresses are put together as Django would put them together."""

import pytest
from django.template import Context, Template
from django.urls import NoReverseMatch, reverse

from vefa.web.ui.linking import link_to


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("desk:queue", []),
        ("desk:case", [7]),
        ("desk:case", [1_864_209_537]),
        ("desk:act", [7, "assign"]),
        ("desk:original", [7, 12]),
        ("desk:take-back", [123456789, 2]),
        ("desk:entered", ["26-00042-7"]),
        ("desk:entered", ["a b/ç"]),
        ("desk:file", ["9b2d1f0e-7a3c-4d55-8e21-6f1d2c3b4a59"]),
    ],
)
def test_an_address_is_what_django_makes_of_it(name, args):
    try:
        wanted = reverse(name, args=args)
    except NoReverseMatch:
        with pytest.raises(NoReverseMatch):
            link_to(name, *args)
    else:
        assert (link_to(name, *args), link_to(name, *args)) == (wanted, wanted)


def test_a_template_links_with_arguments_by_place_and_by_name():
    page = Template(
        "{% url 'desk:act' case 'end' %} {% url 'desk:case' case_id=case %} "
        "{% url 'desk:case' case as kept %}{{ kept }} {% url 'desk:nowhere' as none %}[{{ none }}]"
    )
    wanted = f"{reverse('desk:act', args=[3, 'end'])} {reverse('desk:case', args=[3])} "
    assert page.render(Context({"case": 3})) == f"{wanted}{reverse('desk:case', args=[3])} []"


def test_an_address_that_is_not_there_is_an_error():
    with pytest.raises(NoReverseMatch):
        Template("{% url 'desk:nowhere' %}").render(Context())
