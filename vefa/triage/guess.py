"""What one step of triage says, and why."""

from dataclasses import dataclass
from typing import Any

from vefa.kit.saying import parts_of


@dataclass(frozen=True)
class Guess[Value]:
    """A value with its confidence (0 to 1) and the evidence, in words that a person can check.

    `because` is best a `Sentence`, so that everybody reads it in their own language.
    """

    value: Value
    confidence: float
    because: str = ""

    def as_evidence(self, step: str) -> dict[str, Any]:
        """The guess as a finding keeps it."""
        return {"step": step, "says": self.value, "confidence": round(self.confidence, 2)} | why(self.because)


def why(because: str) -> dict[str, Any]:
    """A reason as findings keep it: English under "because", its parts for other languages under "reason"."""
    parts = parts_of(because)
    return {"because": str(because)} if parts == because else {"because": str(because), "reason": parts}
