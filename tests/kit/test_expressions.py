"""Expressions are found wherever they stand, in the order in which they stand."""

from vefa.kit.expressions import ANY, Expressions, Part


def found(expressions: list[list[Part]], text: str) -> list[str]:
    table = Expressions.of((parts, str(number)) for number, parts in enumerate(expressions))
    return [f"{met.at} {' '.join(met.said)}" for met in table.found_in(text.split())]


def test_an_expression_is_found_by_its_rarest_word_and_stands_at_its_first():
    table = [[Part("the"), Part("pier")], [Part("the"), Part("mill")]]

    assert found(table, "at the pier of the city") == ["1 the pier"]


def test_an_ending_may_follow_where_the_expression_allows_one():
    table = [[Part("park", 3)], [Part("su"), Part("kes", ANY)]]

    assert found(table, "parkta su kesildi parktakiler suyu kesildi") == ["0 parkta", "1 su kesildi"]


def test_what_would_reach_beyond_the_text_is_not_found():
    assert found([[Part("gaz"), Part("kokusu")]], "kokusu gaz") == []


def test_of_several_at_one_word_the_longest_beginning_comes_first():
    table = [[Part("yol", ANY)], [Part("yolda"), Part("cukur")], [Part("yolda", ANY)]]

    assert found(table, "yolda cukur") == ["0 yolda cukur", "0 yolda", "0 yolda"]


def test_a_short_stem_with_an_ending_is_found_by_itself_where_no_other_word_helps():
    assert found([[Part("su"), Part("ak", ANY)], [Part("ya", ANY)]], "su akti yandi") == [
        "0 su akti",
        "2 yandi",
    ]
