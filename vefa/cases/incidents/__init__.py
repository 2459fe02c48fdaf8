"""Incidents: one problem behind many cases, proposed by the numbers, declared and ended by a person."""
