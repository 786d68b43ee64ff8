"""The rule of k of n, for any reports."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from seamline.control.sharing import verdicts, votes_needed
from seamline.control.values import Report, Standing
from seamline.resilience.breaker import BreakerState

HOSTS = st.sampled_from(["one", "two", "three"])
VOTES = st.lists(st.tuples(HOSTS, st.booleans()), max_size=12)
WANTED = st.integers(min_value=0, max_value=8)


def reports(votes: list[tuple[str, bool]], state: BreakerState | None = None, *, calls: int = 1) -> list[Report]:
    return [
        Report(
            process=f"p{number}",
            host=host,
            breakers=(
                Standing(
                    name="orders",
                    state=state or (BreakerState.OPEN if sick else BreakerState.CLOSED),
                    sick=sick,
                    since=0.0,
                    calls=calls,
                ),
            ),
        )
        for number, (host, sick) in enumerate(votes)
    ]


@given(voters=st.integers(min_value=0, max_value=500), wanted=st.integers(min_value=0, max_value=500))
def test_one_never_speaks_for_all_and_no_more_than_all_are_needed(voters: int, wanted: int) -> None:
    needed = votes_needed(voters, wanted=wanted)
    assert needed >= 2
    assert needed <= max(voters, 2)
    if not wanted and voters >= 3:
        assert needed * 2 > voters


@given(votes=VOTES, wanted=WANTED)
def test_it_opens_exactly_where_enough_on_enough_hosts_found_it_sick(
    votes: list[tuple[str, bool]], wanted: int
) -> None:
    found = verdicts(reports(votes), wanted=wanted)
    if not votes:
        assert found == {}
        return
    sick = [host for host, is_sick in votes if is_sick]
    enough = len(sick) >= votes_needed(len(votes), wanted=wanted)
    assert found["orders"].opens == (enough and len(set(sick)) >= min(2, len({host for host, _ in votes})))


@given(
    healthy=st.lists(st.sampled_from(["two", "three"]), min_size=1, max_size=5), bad=st.integers(1, 12), wanted=WANTED
)
def test_one_bad_host_never_opens_for_others_however_many_processes_it_has(
    healthy: list[str], bad: int, wanted: int
) -> None:
    votes = [("one", True)] * bad + [(host, False) for host in healthy]
    assert not verdicts(reports(votes), wanted=wanted)["orders"].opens


@given(votes=VOTES, more=HOSTS, wanted=WANTED)
def test_a_healthy_voter_more_never_opens(votes: list[tuple[str, bool]], more: str, wanted: int) -> None:
    before = verdicts(reports(votes), wanted=wanted).get("orders")
    after = verdicts(reports([*votes, (more, False)]), wanted=wanted)["orders"]
    if after.opens:
        assert before is not None
        assert before.sick >= 2


def test_processes_that_do_not_call_it_have_no_vote_but_their_host_counts() -> None:
    sick = reports([("one", True), ("one", True)])
    assert verdicts([*sick, *reports([("one", False)] * 9, calls=0)])["orders"].opens
    assert not verdicts([*sick, *reports([("two", False)], calls=0)])["orders"].opens


def test_breakers_that_do_not_judge_have_no_vote() -> None:
    for state in BreakerState:
        found = verdicts(reports([("one", True), ("two", True)], state))
        judges = state in (BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN)
        assert bool(found) == judges
