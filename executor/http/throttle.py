"""How often each key may run something: a bucket per key that fills steadily. No clock of its own."""

from dataclasses import dataclass, field

from executor.errors import RateLimitedError
from executor.keys import Rate


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


@dataclass(slots=True)
class Throttle:
    """Remembers what each key has used."""

    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def take(self, name: str, rate: Rate, runs: int, now: float) -> None:
        """Use up ``runs`` of what ``name`` may; all or nothing.

        Raises:
            RateLimitedError: there is not enough left, with the time until there is.
        """
        bucket = self._buckets.setdefault(name, _Bucket(rate.runs, now))
        per_second = rate.runs / rate.seconds
        bucket.left = min(rate.runs, bucket.left + (now - bucket.at) * per_second)
        bucket.at = now
        if runs > bucket.left:
            # More at once than ever fit: whoever waits gets no further, so say the whole period.
            wait = min(rate.seconds, (runs - bucket.left) / per_second)
            raise RateLimitedError(
                f"This key may run {rate} and has used that up; try again in {wait:.1f} s.",
                retry_after_seconds=wait,
            )
        bucket.left -= runs
