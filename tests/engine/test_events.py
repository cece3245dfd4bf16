"""Clients that share botocore's events hear of the same ones, in the same order, as clients that do not."""

from copy import copy

import pytest
from botocore.handlers import BUILTIN_HANDLERS
from botocore.hooks import EventAliaser, HierarchicalEmitter
from botocore.session import Session
from hypothesis import given
from hypothesis import strategies as st

from auditor.events import share_events

EVENTS = ("a", "a.b", "a.*", "a.b.c", "a.*.c", "d.b", "*")
HEARD = ("a", "a.b", "a.b.c", "a.x.c", "d.b.c", "e")
WAYS = ("register_first", "register", "register_last", "unregister")
numbers = st.integers(0, 2)
steps = st.lists(st.tuples(numbers, st.sampled_from([*WAYS, "copy"]), st.sampled_from(EVENTS), numbers))


def heard(emitter, event):
    return [response for _, response in emitter.emit(event)]


def done(emitters, place, way, event, number):
    """Take a step, and return the error that botocore makes of it, such as for what was never registered."""
    try:
        if way == "copy":
            emitters[number] = copy(emitters[place])
        else:
            getattr(emitters[place], way)(event, HANDLERS[number])
    except (AttributeError, ValueError) as error:
        return type(error)
    return None


def handler(number):
    return lambda **_: number


HANDLERS = [handler(number) for number in range(3)]


def session(*, shared):
    made = Session()
    made.set_credentials("key", "secret")
    if shared:
        share_events(made)
    return made


def events_of(client):
    """Return what each of botocore's own events, of any service, comes to for a client: the handlers in order."""
    emitter = client.meta.events._emitter
    names = {client.meta.events._alias_event_name(each[0]) for each in BUILTIN_HANDLERS}
    return {name: [_name(each) for each in emitter._handlers.prefix_search(name)] for name in sorted(names)}


def _name(handler_):
    return getattr(handler_, "__qualname__", type(handler_).__name__)


@given(steps)
def test_emitters_agree_whatever_is_registered_or_copied(some):
    plain, sharing = [EventAliaser(HierarchicalEmitter())] * 3, session(shared=True)
    sharing._events._emitter = HierarchicalEmitter()
    share_events(sharing)
    shared = [sharing.get_component("event_emitter")] * 3
    for step in some:
        assert done(plain, *step) == done(shared, *step)
    for one, other in zip(plain, shared, strict=True):
        assert [heard(one, event) for event in HEARD] == [heard(other, event) for event in HEARD]


@pytest.mark.parametrize("service", ["s3", "s3control", "iam", "ec2", "logs", "rds"])
def test_clients_have_the_handlers_that_botocore_gives_them(service):
    one, other = (session(shared=each).create_client(service, "eu-west-1") for each in (False, True))
    assert events_of(one) == events_of(other)


def test_what_one_client_hears_of_no_other_does():
    made = session(shared=True)
    one, other = (made.create_client("iam", region) for region in ("eu-west-1", "us-east-1"))
    one.meta.events.register("own.event", HANDLERS[0])
    assert (heard(one.meta.events, "own.event"), heard(other.meta.events, "own.event")) == ([0], [])
    assert heard(made.create_client("iam", "eu-west-2").meta.events, "own.event") == []


def test_clients_share_what_they_do_not_change():
    made = session(shared=True)
    roots = [
        made.create_client("iam", each).meta.events._emitter._handlers._tree._root
        for each in ("eu-west-1", "us-east-1")
    ]
    docs = [each["children"]["docs"] for each in roots]
    assert docs[0] is docs[1]


def test_where_botocore_differs_it_stays_as_it_is(monkeypatch):
    made = Session()
    monkeypatch.delattr(made.get_component("event_emitter")._emitter._handlers, "_root")
    before = made.get_component("event_emitter")
    share_events(made)
    assert made.get_component("event_emitter") is before
