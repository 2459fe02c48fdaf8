"""What is to be sent next is found by its conversation, however old the database's figures are."""

from django.db import connection

from vefa.dialogue import waiting


def test_in_an_empty_citys_first_hour_the_oldest_of_a_talk_is_looked_up_and_not_joined(town, now):
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE dialogue_delivery CASCADE")  # nothing is known of its size yet
    plan = waiting._few(town.bot.id, now).explain()

    assert "Anti Join" not in plan, plan
    assert "Index Cond: (conversation_id = dialogue_delivery.conversation_id)" in plan, plan
