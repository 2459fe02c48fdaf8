"""Rounds that rest and are woken."""

import threading
import time

from vefa.wiring.loops import Bell, Loop


def walks_of(bell: Bell, *, rest_s: float, seconds: float) -> int:
    """How often a round is walked that finds nothing to do, while the bell rings all the time."""
    stop, walks = threading.Event(), []

    def walk() -> bool:
        walks.append(1)
        return False

    loop = Loop("outbox", walk, 60.0, bell, rest_s)
    thread = threading.Thread(target=loop.run, args=[stop])
    thread.start()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        bell.ring()
        time.sleep(0.002)
    stop.set()
    bell.ring()
    thread.join(10)
    assert not thread.is_alive()
    return len(walks)


def test_a_round_that_rests_is_not_walked_at_every_ring():
    assert walks_of(Bell(), rest_s=0.0, seconds=0.6) > 10
    assert 1 < walks_of(Bell(), rest_s=0.2, seconds=0.6) <= 4


def test_whoever_rests_hears_afterwards_that_it_rang():
    stop, bell, walked = threading.Event(), Bell(), threading.Semaphore(0)

    def walk() -> bool:
        walked.release()
        return False

    loop = Loop("outbox", walk, 60.0, bell, 0.1)
    thread = threading.Thread(target=loop.run, args=[stop])
    thread.start()
    assert walked.acquire(timeout=10)
    bell.ring()  # while it rests

    assert walked.acquire(timeout=10)

    stop.set()
    bell.ring()
    thread.join(10)
