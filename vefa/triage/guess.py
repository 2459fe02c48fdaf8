"""What one step of triage says, and why."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Guess[Value]:
    """A value with its confidence (0 to 1) and the evidence, in words that a person can check."""

    value: Value
    confidence: float
    because: str = ""

    def as_evidence(self, step: str) -> dict[str, Any]:
        """The guess as a finding keeps it."""
        return {
            "step": step,
            "says": self.value,
            "confidence": round(self.confidence, 2),
            "because": self.because,
        }
