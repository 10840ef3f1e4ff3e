"""How long work still takes, from how fast it went so far."""

LEAST_SECONDS = 3.0  # of work, before its pace says anything


class Pace:
    """The pace of one step. What was done at the first look, from an earlier run perhaps, took no time of this one."""

    def __init__(self) -> None:
        self._first: tuple[int, float] | None = None

    def left(self, done: int, total: int, now: float) -> str:
        """The time left in words ("about 40 s left"), `now` in seconds; empty where that cannot be told yet."""
        if self._first is None and total:
            self._first = done, now
        if self._first is None:
            return ""
        before, began = self._first
        spent = now - began
        if done <= before or done >= total or spent < LEAST_SECONDS:
            return ""
        return f"about {in_words(spent / (done - before) * (total - done))} left"


def in_words(seconds: float) -> str:
    """ "40 s", "3 minutes", "2 hours": as exactly as a guess can be."""
    if seconds < 90:
        return f"{max(round(seconds / 5) * 5, 5)} s"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} minutes"
    return f"{round(seconds / 3600)} hours"
