"""A talk is found by who is in it: one account has as many talks as the city has people who write."""

from django.db import connection

from vefa.inbox import people


def test_in_an_empty_citys_first_hour_talks_are_not_looked_up_by_their_account(town):
    statement = people._FIND_CONVERSATIONS.replace("%s", "{}").format("$1", "$2", "$3")
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE inbox_conversation CASCADE")  # nothing is known of its size yet
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")  # as workers keep it
        cursor.execute(f"PREPARE talks(bigint[], bigint[], text[]) AS {statement}")
        cursor.execute("EXPLAIN EXECUTE talks('{1}', '{1}', '{}')")
        plan = " ".join(line for (line,) in cursor.fetchall())
        cursor.execute("DEALLOCATE talks")

    assert "Index Cond: (address_id = wanted.address_id)" in plan, plan
