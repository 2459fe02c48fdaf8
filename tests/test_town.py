"""The town stands as it is described."""

from vefa.directory import access, queries


def test_the_town_is_found_as_it_was_laid_down(town):
    assert queries.area_at(38.02, 27.01) == town.carsi
    assert queries.unit_for(town.pothole, town.carsi) == town.roads
    assert queries.unit_for(town.tree, town.sazlik) == town.golkiyi_office
    assert queries.unit_for(town.local_matter, town.carsi) == town.cinaralti_office
    assert access.scope_of(town.derya).everything
    assert access.scope_of(town.hasan).area_ids == {town.carsi.id}
