"""Matters that the city owes an answer on.

Owns opening, lifecycle, routing, promises and their clocks, supporters, incidents. Sends nothing.
"""
