"""Text, calendars, geometry, public numbers, claiming work: no tables, no domain words.

Every other room may use it; it knows none of them.
"""
