"""A job may bring its owner's own bound, other than the queue's."""

import pytest

from executor.fairqueue import Capacity, FairQueue, Place

ROOMY = Capacity(jobs=10, memory_bytes=1000)


@pytest.mark.parametrize(
    ("owner_running", "started"),
    [(None, 1), (1, 1), (3, 3), (99, 5)],
    ids=["the queue's bound", "as tight", "looser", "looser than there are jobs"],
)
def test_an_owner_runs_as_many_jobs_as_its_jobs_say(
    owner_running: int | None, started: int
) -> None:
    queue = FairQueue(waiting=10, limit=ROOMY, per_owner=1)
    for _ in range(5):
        assert queue.add(Place(owner="key", memory_bytes=1, owner_running=owner_running))
    assert len(queue.start()) == started


def test_another_owner_keeps_the_queue_s_bound() -> None:
    queue = FairQueue(waiting=10, limit=ROOMY, per_owner=1)
    wide = [Place(owner="key", memory_bytes=1, owner_running=2) for _ in range(2)]
    narrow = [Place(owner="member", memory_bytes=1) for _ in range(2)]
    for place in (*wide, *narrow):
        queue.add(place)
    assert set(queue.start()) == {*wide, narrow[0]}
