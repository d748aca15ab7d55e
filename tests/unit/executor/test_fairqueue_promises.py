"""Whatever comes and goes in whatever order: what the queue promises holds."""

from collections import Counter

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from executor.fairqueue import Capacity, FairQueue, Place


class FairQueueMachine(RuleBasedStateMachine):
    """Any order of arrivals, starts, ends and cancellations keeps what the queue promises."""

    known = Bundle("known")

    def __init__(self) -> None:
        super().__init__()
        self.per_owner, self.limit = 1, Capacity(jobs=4, memory_bytes=10)
        self.line = FairQueue(waiting=8, limit=self.limit)
        self.waiting: list[Place] = []
        self.running: list[Place] = []
        self.heavy: set[str] = set()
        self.started_heavy: set[Place] = set()
        # For each owner in the rotation: how often each other owner started since it entered.
        self.overtaken: dict[str, Counter[str]] = {}

    @initialize(per_owner=st.integers(1, 2))
    def configure(self, per_owner: int) -> None:
        self.per_owner = per_owner
        self.line = FairQueue(waiting=8, limit=self.limit, per_owner=per_owner)

    def ready_owners(self) -> set[str]:
        busy = Counter(place.owner for place in self.running)
        return {p.owner for p in self.waiting if busy[p.owner] < self.per_owner}

    def follow_rotation(self) -> None:
        ready = self.ready_owners()
        self.overtaken = {name: self.overtaken.get(name, Counter()) for name in ready}

    @rule(
        target=known,
        owner=st.sampled_from("abc"),
        memory=st.sampled_from([1, 2, 5, 12]),
    )
    def arrive(self, owner: str, memory: int) -> Place:
        place = Place(owner=owner, memory_bytes=memory)
        if self.line.add(place):
            self.waiting.append(place)
        else:
            assert len(self.waiting) >= 6
        self.follow_rotation()
        return place

    @rule(owners=st.sets(st.sampled_from("abc")))
    def time_passes(self, owners: set[str]) -> None:
        """Owners become heavy by what they run, and are forgiven."""
        self.heavy = owners

    @rule()
    def start(self) -> None:
        for place in self.line.start(self.heavy.__contains__):
            assert place is next(p for p in self.waiting if p.owner == place.owner)
            self.waiting.remove(place)
            self.running.append(place)
            if place.owner in self.heavy:
                self.started_heavy.add(place)
            self.overtaken.pop(place.owner)
            for name, counts in self.overtaken.items():
                counts[place.owner] += name not in self.heavy
                assert counts[place.owner] <= 1, "an owner was overtaken twice"
            self.follow_rotation()
        if not self.running:
            assert not self.waiting, "nothing runs although somebody waits"

    @rule(place=consumes(known))
    def leave(self, place: Place) -> None:
        self.line.remove(place)
        for line in (self.waiting, self.running):
            if place in line:
                line.remove(place)
        self.follow_rotation()

    @rule(place=known)
    def leave_twice(self, place: Place) -> None:
        self.leave(place)
        self.line.remove(place)

    @invariant()
    def nothing_leaks(self) -> None:
        assert self.line.waiting == len(self.waiting)
        assert self.line.running == len(self.running)
        assert self.line.memory_bytes == sum(p.memory_bytes for p in self.running)

    @invariant()
    def the_limits_hold(self) -> None:
        assert len(self.running) <= self.limit.jobs
        memory = sum(p.memory_bytes for p in self.running)
        assert memory <= self.limit.memory_bytes or len(self.running) == 1
        assert sum(p in self.started_heavy for p in self.running) < self.limit.jobs
        busy = Counter(place.owner for place in self.running)
        assert all(count <= self.per_owner for count in busy.values())

    @invariant()
    def positions_number_those_who_wait(self) -> None:
        positions = self.line.positions()
        assert set(positions) == set(self.waiting)
        assert sorted(positions.values()) == list(range(1, len(self.waiting) + 1))

    def teardown(self) -> None:
        while self.waiting or self.running:
            self.start()
            for place in list(self.running):
                self.leave(place)
        assert not self.line._owners


TestFairQueueMachine = FairQueueMachine.TestCase
