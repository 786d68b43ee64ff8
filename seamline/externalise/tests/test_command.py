"""``manage.py events externalise``, and that all else knows outlets too: status, pause, replay, retention."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from seamline.embedded.ports import free_port
from seamline.events import drain, lag, pause, resume
from seamline.events.tests import sample
from seamline.events.tests.sample import sell
from seamline.externalise.tests.receiving import Receiver, host
from seamline.history.holders import holders

pytestmark = pytest.mark.parametrize("broker", ["redis"], indirect=True)


def run(*arguments: str) -> tuple[int, str]:
    output = StringIO()
    try:
        call_command("events", *arguments, stdout=output)
    except SystemExit as ended:
        return int(ended.code or 0), output.getvalue()
    return 0, output.getvalue()


def test_targets_are_listed_for_people_and_programs(target: Receiver) -> None:
    target.host()
    sell(1, 2)
    drain()
    sell(3)
    code, text = run("externalise")
    assert code == 0
    assert target.subscription in text
    assert "well" in text
    code, text = run("externalise", "--format", "json")
    (state,) = json.loads(text)["targets"]
    assert (state["publisher"], state["target"], state["sent"], state["behind"]) == (sample.SHOP, "redis", 2, 1)
    assert state["reachable"]


def test_broker_that_does_not_answer_is_a_finding_and_no_password_is_shown(target: Receiver) -> None:
    host(f"{sample.SHOP}=redis://someone:hidden@127.0.0.1:{free_port()}/0?start=beginning")
    for arguments in ((), ("--format", "json")):
        code, text = run("externalise", *arguments)
        assert code == 1
        assert "cannot be sent to" in text
        assert "hidden" not in text
        assert "someone" not in text


def test_refused_event_and_wrong_setting_are_findings(target: Receiver, settings: Any) -> None:
    target.host(options="start=beginning&max_bytes=10")
    sell(1)
    drain(allow_parked=True)
    code, text = run("externalise")
    assert code == 1
    assert "refuses events" in text
    target.host(options="size=10")
    code, text = run("externalise")
    assert code == 1
    assert "has the option 'size'" in text


def test_an_outlet_is_paused_and_shown_like_any_subscription(target: Receiver) -> None:
    target.host()
    sell(1)
    drain()
    assert target.subscription in run("status")[1]
    pause(target.subscription, reason="the partner moves")
    sell(2)
    assert lag()[0].events == 1
    resume(target.subscription)
    drain()
    target.take()
    assert target.numbers() == [1, 2]


def test_replay_sends_again_under_the_same_ids(target: Receiver) -> None:
    target.host()
    sell(1, 2, 3)
    drain()
    code, text = run("replay", target.subscription, "--from", "beginning", "--no-input")
    assert code == 0, text
    target.take()
    assert len(target.received) == 6
    assert target.numbers() == [1, 2, 3]


def test_what_was_not_sent_is_kept_in_the_log(target: Receiver) -> None:
    target.host()
    sell(1)
    drain()
    sell(2)
    assert [holder.name for holder in holders(sample.SHOP)] == [f"{target.subscription} (partition 0)"]
    drain()
    assert holders(sample.SHOP) == ()
