"""What happened: append-only, and the only bus.

Owns the events. Promises that an event is written in the transaction of the change that it tells of,
that it is never altered, and that each is handed once to whoever reacts. Does not know who reacts.
"""
