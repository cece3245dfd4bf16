"""One pool of threads for several accounts: whose turn it is, how much is under way, and how all of it ends."""

import threading
import time

import pytest

from auditor.call import Call, Reply
from auditor.crew import OutOfTimeError
from auditor.organization.pool import Pool


class Slow:
    """Answers late, and counts how much is asked at once."""

    def __init__(self, seconds=0.01):
        self.seconds = seconds
        self.asked = []
        self.most = self.now = 0
        self.counting = threading.Lock()

    def fetch(self, call):
        with self.counting:
            self.asked.append(call)
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(self.seconds)
        with self.counting:
            self.now -= 1
        return Reply(call.parameters, None)


def calls(count, service="ec2"):
    return [Call.of(service, "DescribeX", "eu-west-1", {"number": number}) for number in range(count)]


def answers(crew):
    found = []
    while finished := crew.next():
        found.append(finished[0])
    return found


def test_every_call_is_answered_once():
    crew = Pool(8, 8).crew(Slow(0.001))
    for each in calls(100):
        crew.submit(each)
    assert sorted(answers(crew)) == sorted(calls(100))
    assert crew.next() is None


def test_no_more_is_asked_at_once_than_there_are_workers_or_a_service_bears():
    source = Slow()
    pool = Pool(6, 3)
    crew, other = pool.crew(source), pool.crew(source)
    for each in calls(30):
        crew.submit(each)
    for each in calls(30, "iam"):
        other.submit(each)
    answers(crew)
    answers(other)
    assert 3 < source.most <= 6
    alone = Slow()
    third = Pool(6, 3).crew(alone)
    for each in calls(30):
        third.submit(each)
    answers(third)
    assert alone.most == 3


def test_an_account_with_many_calls_delays_no_other():
    source = Slow()
    pool = Pool(2, 2)
    many, few = pool.crew(source), pool.crew(source)
    for each in calls(200):
        many.submit(each)
    for each in calls(5, "iam"):
        few.submit(each)
    answers(few)
    assert len(source.asked) < 60
    pool.interrupt()


def test_an_interrupt_ends_every_wait():
    pool = Pool(2, 2)
    crew = pool.crew(Slow(5))
    crew.submit(calls(1)[0])
    threading.Timer(0.1, pool.interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        crew.next()
    assert pool.over


def test_a_deadline_ends_every_wait_and_begins_nothing_more():
    source = Slow(0.05)
    pool = Pool(1, 1, until=time.monotonic() + 0.2)
    crew = pool.crew(source)
    for each in calls(100):
        crew.submit(each)
    with pytest.raises(OutOfTimeError):
        answers(crew)
    asked = len(source.asked)
    time.sleep(0.2)
    assert len(source.asked) <= asked + 1


def test_a_fault_is_raised_where_it_is_waited_for():
    class Broken:
        def fetch(self, _call):
            raise ZeroDivisionError

    crew = Pool(1, 1).crew(Broken())
    crew.submit(calls(1)[0])
    with pytest.raises(ZeroDivisionError):
        crew.next()
