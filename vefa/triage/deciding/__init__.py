"""Unsure cases, decided by people one after another: who has which, what was decided, and how it is undone.

Owns holds and decisions. Promises that two people are never given the same case at once, and that each
decision can be taken back until somebody works on its case.
"""
