"""Model instances that know a few columns, made quickly.

`QuerySet.only` looks at every column of the table for every row: fifty rows of a list took four milliseconds.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.db.models.base import ModelState


def knowing[M: Model](model: type[M], facts: dict[str, Any], related: Mapping[str, Model | None]) -> M:
    """An instance with these columns ("unit_id", not "unit") and these related rows ("unit").

    Any other is read when it is asked for. `facts` must hold the primary key; they become the instance's own.
    """
    made = model.__new__(model)
    state = ModelState()
    state.adding, state.db, state.fields_cache = False, "default", dict(related)
    facts["_state"] = state
    made.__dict__ = facts
    return made
