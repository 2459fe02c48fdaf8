"""One folder per channel: pure translators between a provider and Vefa.

Owns the endpoints (configured accounts) and the port that every adapter fills.
Decides nothing, stores no message.
"""

import sys
from types import ModuleType
from typing import cast

# httpx brings its command line along wherever it finds click and rich: a tenth of a second and six
# megabytes of every process. A module that is None cannot be imported, which httpx takes well.
cast("dict[str, ModuleType | None]", sys.modules).setdefault("httpx._main", None)
