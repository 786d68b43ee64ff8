"""The feed's server through Django's client: who may ask, what is answered, and that waiting is bounded."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from django.test import Client, override_settings

from seamline.events.feed_api import long_poll
from seamline.events.feed_readers import FeedReader, forget_reader, remote_readers
from seamline.events.tests import sample
from seamline.signing import Key, Keyring, Message, Signed, installed_keys, sign, verify_answer
from seamline.testing.waiting import wait_until

PATH = f"/internal/feeds/{sample.SHOP}"
NAMES = ["sample_shop.sold", "sample_shop.renamed"]
pytestmark = pytest.mark.usefixtures("shop")


def ask(
    path: str = PATH,
    *,
    keys: Keyring | None = None,
    audience: str = sample.SHOP,
    headers: dict[str, str] | None = None,
    body: bytes | None = None,
    **query: Any,
) -> tuple[int, Any]:
    """The status and the decoded answer; a signed request unless other headers are given."""
    text = urlencode(query, doseq=True)
    method = "GET" if body is None else "POST"
    message = Message(method=method, path=path, query=text, body=body or b"")
    header, signed = sign(message, keys=keys or installed_keys(), caller="ledger", audience=audience, now=time.time())
    sent = {"Authorization": header} if headers is None else headers
    target = f"{path}?{text}" if text else path
    client = Client()
    answer = (
        client.get(target, headers=sent)
        if body is None
        else client.post(target, data=body, content_type="application/json", headers=sent)
    )
    if answer.status_code != 401 and headers is None:
        _check_signature(answer.content, answer.status_code, answer.headers.get("Seamline-Signature"), signed)
    return answer.status_code, json.loads(answer.content)


def _check_signature(body: bytes, status: int, header: str | None, signed: Signed) -> None:
    verify_answer(body, status=status, header=header, request=signed, keys=installed_keys())


def read(**query: Any) -> Any:
    status, answer = ask(**{"after": 0, "limit": 10, "names": NAMES, **query})
    assert status == 200, answer
    return answer


def numbers(answer: Any) -> list[int]:
    return [event["data"]["number"] for event in answer["events"]]


def last_position() -> int:
    return int(read(limit=1000)["position"])


def test_events_come_in_order_with_the_position_to_read_on_from() -> None:
    sample.sell(*range(5))
    first = read(limit=3)
    assert (numbers(first), first["more"]) == ([0, 1, 2], True)
    second = read(limit=3, after=first["position"])
    assert (numbers(second), second["more"], second["position"]) == ([3, 4], False, second["settled"])
    assert read(after=second["position"])["events"] == []


def test_only_wanted_names_and_the_wanted_partition_are_answered() -> None:
    for item in ("pear", "apple", "plum", "fig"):
        sample.sell(1, item=item)
    shares = [
        [event["key"] for event in read(index=index, count=2)["events"]] for index in range(2)
    ]  # fmt: skip
    assert sorted(shares[0] + shares[1]) == ["apple", "fig", "pear", "plum"]
    assert all(shares)
    assert read(names=["sample_shop.renamed"])["events"] == []


def test_position_beyond_the_end_never_moves_what_others_are_told(shop_connection: psycopg.Connection) -> None:
    ahead = last_position() + 1_000_000
    assert read(after=ahead)["position"] == ahead
    sample.sell(1)
    assert numbers(read()) == [1]
    assert read()["position"] < ahead


def test_events_behind_an_open_writer_wait_for_it(shop_connection: psycopg.Connection) -> None:
    start = last_position()
    shop_connection.execute(
        "INSERT INTO event_log (event_id, name, schema_version, key, data) "
        "VALUES (gen_random_uuid(), 'sample_shop.sold', 1, 'late', '{\"item\": \"late\", \"number\": 1}')"
    )
    sample.sell(2)
    held = read(after=start)
    assert (held["events"], held["held_back"]) == ([], True)
    shop_connection.commit()
    assert numbers(read(after=start)) == [1, 2]


def test_end_is_that_of_the_first_question_while_writers_come_and_go(shop_connection: psycopg.Connection) -> None:
    sample.sell(1)
    end = last_position()
    shop_connection.execute(
        "INSERT INTO event_log (event_id, name, schema_version, key, data) "
        "VALUES (gen_random_uuid(), 'sample_shop.sold', 1, 'late', '{}')"
    )
    sample.sell(2)
    _, answer = ask(f"{PATH}/end")
    assert (answer["end"], answer["wanted"]) == (None, end + 2)
    shop_connection.commit()
    sample.sell(3)
    assert ask(f"{PATH}/end", wanted=answer["wanted"])[1]["end"] >= end + 2


def test_fetch_answers_what_exists() -> None:
    sample.sell(1, 2, 3)
    first, _, last = (event["position"] for event in read()["events"])
    status, answer = ask(f"{PATH}/events", position=[last, first, last + 99])
    assert (status, numbers(answer), answer["complete"]) == (200, [1, 3], True)


def test_behind_counts_wanted_events() -> None:
    sample.sell(1, 2, 3)
    first = read()["events"][0]["position"]
    status, answer = ask(f"{PATH}/behind", after=first, names=NAMES)
    assert (status, answer["events"], answer["estimated"]) == (200, 2, False)
    assert answer["seconds"] >= 0


def test_long_poll_ends_when_the_log_grows() -> None:
    start = last_position()
    answers: list[Any] = []
    (waiting,) = sample.in_threads(1, lambda _: answers.append(read(after=start, wait=10)))
    wait_until(lambda: long_poll._places._taken == 1)
    sample.sell(7)
    waiting.join(5)
    assert [numbers(answer) for answer in answers] == [[7]]
    assert long_poll._places._taken == 0


def test_long_poll_notices_what_another_process_wrote(shop_connection: psycopg.Connection) -> None:
    start = last_position()
    answers: list[Any] = []
    (waiting,) = sample.in_threads(1, lambda _: answers.append(read(after=start, wait=10)))
    wait_until(lambda: long_poll._places._taken == 1)
    shop_connection.execute(
        "INSERT INTO event_log (event_id, name, schema_version, key, data) "
        "VALUES (gen_random_uuid(), 'sample_shop.sold', 1, 'x', '{\"item\": \"x\", \"number\": 8}')"
    )
    shop_connection.commit()
    waiting.join(5)
    assert [numbers(answer) for answer in answers] == [[8]]


def test_long_poll_without_events_ends_in_time() -> None:
    start = last_position()
    began = time.monotonic()
    answer = read(after=start, wait=0.3)
    assert 0.3 <= time.monotonic() - began < 2
    assert (answer["events"], answer["turned_away"]) == ([], False)


@override_settings(SEAMLINE_FEED_WAITERS=1)
def test_reader_without_a_place_to_wait_is_answered_at_once() -> None:
    start = last_position()
    (waiting,) = sample.in_threads(1, lambda _: read(after=start, wait=10))
    wait_until(lambda: long_poll._places._taken == 1)
    began = time.monotonic()
    assert read(after=start, wait=10)["turned_away"]
    assert time.monotonic() - began < 2
    sample.sell(1)
    waiting.join(5)
    assert not waiting.is_alive()


@pytest.mark.parametrize(
    ("headers", "code"),
    [({}, "signature_missing"), ({"Authorization": "Bearer x"}, "signature_malformed")],
)
def test_unsigned_request_is_refused_with_a_problem_document(headers: dict[str, str], code: str) -> None:
    client = Client()
    answer = client.get(PATH, headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert json.loads(answer.content)["code"] == code
    assert answer["WWW-Authenticate"] == "Seamline-HMAC-SHA256"


def test_request_that_was_sent_before_is_refused() -> None:
    message = Message(method="GET", path=f"{PATH}/end")
    header, _ = sign(message, keys=installed_keys(), caller="ledger", audience=sample.SHOP, now=time.time())
    statuses = [ask(f"{PATH}/end", headers={"Authorization": header})[0] for _ in range(2)]
    assert statuses == [200, 401]


def test_altered_query_is_refused() -> None:
    message = Message(method="GET", path=f"{PATH}/events", query="position=1")
    header, _ = sign(message, keys=installed_keys(), caller="ledger", audience=sample.SHOP, now=time.time())
    status, problem = ask(f"{PATH}/events", headers={"Authorization": header}, position=2)
    assert (status, problem["code"]) == (401, "signature_wrong")


def test_old_key_is_accepted_until_it_is_retired() -> None:
    old, new = Key(id="old", secret=b"o" * 32), Key(id="new", secret=b"n" * 32)
    both = f"new:{'n' * 32},old:{'o' * 32}"
    with override_settings(SEAMLINE_INTERNAL_KEYS=both):
        assert ask(f"{PATH}/end", keys=Keyring(old))[0] == 200
        assert ask(f"{PATH}/end", keys=Keyring(new, old))[0] == 200
    with override_settings(SEAMLINE_INTERNAL_KEYS=f"new:{'n' * 32}"):
        status, problem = ask(f"{PATH}/end", keys=Keyring(old))
    assert (status, problem["code"]) == (401, "signature_key_unknown")


def test_module_that_is_not_hosted_is_not_found() -> None:
    status, problem = ask("/internal/feeds/elsewhere", audience="elsewhere", after=0, limit=1, names=NAMES)
    assert (status, problem["code"]) == (404, "feed_not_found")


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit": 0},
        {"limit": 1_001},
        {"after": -1},
        {"after": 2**63},
        {"after": "x"},
        {"wait": 21},
        {"wait": "nan"},
        {"names": []},
        {"names": ["x"] * 201},
        {"index": 2, "count": 2},
        {"count": 65},
    ],
)
def test_query_out_of_bounds_is_refused(wrong: dict[str, Any]) -> None:
    status, problem = ask(**{"after": 0, "limit": 1, "names": NAMES, **wrong})
    assert (status, problem["code"]) == (400, "invalid_input")


def test_other_methods_are_refused() -> None:
    answer = Client().put(PATH)
    assert (answer.status_code, answer["Allow"]) == (405, "GET")


def test_large_body_is_refused_before_it_is_read() -> None:
    answer = Client().post(f"{PATH}/readers", data=b"x" * 300_000, content_type="application/json")
    assert answer.status_code == 413


def test_answer_is_cut_where_it_would_grow_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seamline.events.feed_wire.MOST_BYTES", 60)
    start = last_position()
    sample.sell(*range(5))
    found: list[int] = []
    while (answer := read(after=start))["events"]:
        assert len(answer["events"]) < 5
        found += numbers(answer)
        start = answer["position"]
    assert found == list(range(5))


class TestReaders:
    def tell(self, *positions: int, subscription: str = "ledger.book") -> int:
        body = json.dumps([{"subscription": subscription, "positions": positions}]).encode()
        return ask(f"{PATH}/readers", body=body)[0]

    def known(self) -> list[tuple[str, int, int]]:
        return [(each.subscription, each.partition, each.position) for each in remote_readers(sample.SHOP)]

    def test_readers_are_known_with_what_they_need(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("seamline.events.feed_readers.NOTED_EVERY", 0.0)
        assert self.tell(5, 7) == 200
        assert self.known() == [("ledger.book", 0, 5), ("ledger.book", 1, 7)]
        (first, _) = remote_readers(sample.SHOP)
        assert isinstance(first, FeedReader)
        assert (first.caller, first.partitions) == ("ledger", 2)
        self.tell(9)
        assert self.known() == [("ledger.book", 0, 9)]

    def test_what_is_told_again_at_once_is_not_written(self) -> None:
        self.tell(1, subscription="ledger.often")
        self.tell(2, subscription="ledger.often")
        assert ("ledger.often", 0, 1) in self.known()

    def test_forgotten_reader_needs_nothing_until_it_comes_back(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("seamline.events.feed_readers.NOTED_EVERY", 0.0)
        self.tell(5)
        with pytest.raises(ValueError, match="reason"):
            forget_reader(publisher=sample.SHOP, subscription="ledger.book", reason=" ")
        (gone,) = forget_reader(publisher=sample.SHOP, subscription="ledger.book", reason="switched off")
        assert (gone.position, self.known()) == (5, [])
        with pytest.raises(LookupError, match="its readers are: none"):
            forget_reader(publisher=sample.SHOP, subscription="ledger.book", reason="again")
        self.tell(6)
        assert self.known() == [("ledger.book", 0, 6)]

    @pytest.mark.parametrize(
        "body", [b"", b"{}", b'[{"subscription": "x"}]', b'[{"subscription": "x", "positions": [-1]}]']
    )
    def test_nonsense_is_refused(self, body: bytes) -> None:
        assert ask(f"{PATH}/readers", body=body)[0] == 400


def test_waiting_does_not_hold_up_others() -> None:
    start = last_position()
    (waiting,) = sample.in_threads(1, lambda _: read(after=start, wait=10))
    wait_until(lambda: long_poll._places._taken == 1)
    (other,) = sample.in_threads(1, lambda _: read())
    other.join(2)
    assert not other.is_alive()
    assert waiting.is_alive()
    sample.sell(1)
    waiting.join(5)
