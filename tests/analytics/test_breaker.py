from analytics.breaker import CircuitBreaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def broken(clock: Clock) -> CircuitBreaker:
    breaker = CircuitBreaker(clock, failures=3, pause_seconds=1)
    for _ in range(3):
        breaker.fail()
    return breaker


def test_two_failures_leave_it_closed():
    breaker = CircuitBreaker(Clock(), failures=3, pause_seconds=1)
    breaker.fail()
    breaker.fail()

    assert not breaker.is_open
    assert breaker.allows()


def test_success_between_failures_begins_to_count_anew():
    breaker = CircuitBreaker(Clock(), failures=3, pause_seconds=1)
    for _ in range(5):
        breaker.fail()
        breaker.succeed()
        breaker.fail()
        breaker.succeed()

    assert breaker.allows()


def test_three_failures_open_it():
    assert broken(Clock()).is_open
    assert not broken(Clock()).allows()


def test_one_caller_probes_after_the_pause():
    clock = Clock()
    breaker = broken(clock)

    clock.now = 1.0

    assert [breaker.allows(), breaker.allows()] == [True, False]


def test_failed_probe_waits_for_another_pause():
    clock = Clock()
    breaker = broken(clock)
    clock.now = 1.0
    breaker.allows()
    breaker.fail()

    clock.now = 1.9
    assert not breaker.allows()
    clock.now = 2.0
    assert breaker.allows()


def test_successful_probe_closes_it():
    clock = Clock()
    breaker = broken(clock)
    clock.now = 1.0
    breaker.allows()

    breaker.succeed()

    assert [breaker.allows(), breaker.allows()] == [True, True]
