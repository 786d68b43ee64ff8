"""The client of the feed: the same events as by SQL, and one clear error for whatever a server may do."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from seamline.data import atomic
from seamline.embedded.ports import free_port
from seamline.events.feed import Feed, FeedBatch, FeedUnavailable, SqlFeed, feed_for
from seamline.events.http_feed import HttpFeed
from seamline.events.partition import WHOLE, Partition
from seamline.events.publishing import publish
from seamline.events.tests import sample
from seamline.signing import Key, Keyring, Signed, installed_keys, sign_answer
from seamline.testing.live import live_deployable
from seamline.testing.waiting import wait_until

SOLD = "sample_shop.sold"
NAMES = (SOLD, "sample_shop.renamed")
Answer = Callable[[BaseHTTPRequestHandler], None]
pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture
def far() -> Iterator[HttpFeed]:
    """The shop's log, through a real socket."""
    with live_deployable() as address:
        yield HttpFeed(publisher=sample.SHOP, url=address)


@contextmanager
def server(answer: Answer) -> Iterator[HttpFeed]:
    """A feed whose server answers so."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer(self)

        def log_message(self, format: str, *args: object) -> None:
            """Silence."""

    serving = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving.daemon_threads = True
    thread = Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield HttpFeed(publisher=sample.SHOP, url=f"http://127.0.0.1:{serving.server_port}")
    finally:
        serving.shutdown()
        serving.server_close()
        thread.join()


def send(
    handler: BaseHTTPRequestHandler,
    body: bytes,
    *,
    status: int = 200,
    keys: Keyring | None = None,
    headers: dict[str, str] | None = None,
) -> None:
    """An answer that is signed as it should be."""
    found = re.search("nonce=([0-9a-f]+)", handler.headers["Authorization"])
    assert found is not None
    signing = keys or installed_keys()
    signed = Signed(caller="", audience=sample.SHOP, key=signing.signing.id, nonce=found[1])
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    handler.send_header("Seamline-Signature", sign_answer(body, status=status, request=signed, keys=signing))
    for name, value in (headers or {}).items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def all_of(feed: Feed, *, limit: int, names: tuple[str, ...], partition: Partition) -> list[FeedBatch]:
    batches = [feed.read(after=0, limit=limit, names=names, partition=partition)]
    while batches[-1].more:
        batches.append(feed.read(after=batches[-1].position, limit=limit, names=names, partition=partition))
    return batches


def test_log_reads_the_same_as_by_sql(far: HttpFeed) -> None:
    chance = random.Random(7)
    for number in range(60):
        with atomic(sample.SHOP):
            item = chance.choice(["pear", "plüm", 'quo"te', "line\nbreak"])
            publish(sample.Sold(item=item, number=number) if number % 3 else sample.Renamed(item=item))
    near = SqlFeed(publisher=sample.SHOP)
    for limit, names, partition in (
        (7, NAMES, WHOLE),
        (100, (SOLD,), WHOLE),
        (3, NAMES, Partition(index=1, count=3)),
        (60, NAMES, WHOLE),
    ):
        asked = {"limit": limit, "names": names, "partition": partition}
        assert all_of(far, **asked) == all_of(near, **asked)  # type: ignore[arg-type]
    (first, *_, last) = all_of(near, limit=100, names=NAMES, partition=WHOLE)[0].events
    assert first.decode() == far.read(after=0, limit=1, names=NAMES).events[0].decode()
    assert far.end() == near.end() == last.position
    assert far.fetch(positions=[last.position, first.position, last.position + 5]) == (first, last)
    for at in (first.at, last.at, last.at + timedelta(seconds=1), datetime(2020, 1, 1, tzinfo=UTC)):
        assert far.position_at(at=at) == near.position_at(at=at)
    behind = far.behind(after=first.position, names=NAMES, partition=Partition(index=0, count=2))
    assert behind.events == near.behind(after=first.position, names=NAMES, partition=Partition(index=0, count=2)).events


def test_many_positions_are_fetched_in_several_questions(far: HttpFeed, monkeypatch: pytest.MonkeyPatch) -> None:
    sample.sell(*range(450))
    events = SqlFeed(publisher=sample.SHOP).read(after=0, limit=1000, names=NAMES).events
    monkeypatch.setattr("seamline.events.feed_wire.MOST_BYTES", 3_000)
    assert far.fetch(positions=[event.position for event in events]) == events


def test_settled_end_is_waited_for_over_several_questions(far: HttpFeed, shop_connection: Any) -> None:
    shop_connection.execute(
        "INSERT INTO event_log (event_id, name, schema_version, key, data) "
        "VALUES (gen_random_uuid(), 'x', 1, 'x', '{}')"
    )
    sample.sell(1)
    assert far.end() is None
    shop_connection.rollback()
    assert wait_until(far.end) == SqlFeed(publisher=sample.SHOP).end()


def test_feed_is_chosen_by_what_is_hosted_and_what_the_settings_name(settings: Any) -> None:
    settings.SEAMLINE_FEEDS = {"elsewhere": "https://elsewhere.internal/shop", sample.SHOP: "https://unused.internal"}
    assert isinstance(feed_for(sample.SHOP), SqlFeed)
    assert isinstance(feed_for("elsewhere"), HttpFeed)
    assert feed_for("nowhere") is None


def test_server_that_is_not_there_is_named() -> None:
    address = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(FeedUnavailable, match=f"{re.escape(address)} does not answer: Connection refused"):
        HttpFeed(publisher=sample.SHOP, url=address).end()


def _garbage(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"220 mail.example.com ESMTP\r\n")
    handler.close_connection = True


def _cut(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.write(b"{")
    handler.close_connection = True


def _unsigned(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "2")
    handler.end_headers()
    handler.wfile.write(b"{}")


def _foreign(handler: BaseHTTPRequestHandler) -> None:
    send(handler, b'{"end": 1, "wanted": 1}', keys=Keyring(Key(id="installation", secret=b"x" * 32)))


def _slow(handler: BaseHTTPRequestHandler) -> None:
    handler.rfile.read(1)  # until the client has had enough


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (_garbage, "does not answer"),
        (_cut, "does not answer"),
        (_unsigned, "did not sign with a key of this installation .*signature_missing"),
        (_foreign, "did not sign with a key of this installation .*signature_wrong"),
        (_slow, "no answer in time"),
        (lambda handler: send(handler, b"<html>"), "what is no feed"),
        (lambda handler: send(handler, b'{"end": "x", "wanted": 1}'), "what is no feed"),
        (lambda handler: send(handler, b"x" * 2_000), "more than 1000 bytes"),
        (lambda handler: send(handler, b"", status=500), r"answered 500\."),
        (
            lambda handler: send(handler, b"", status=301, headers={"Location": "https://shop/"}),
            "points to https://shop/; give the address that answers itself",
        ),
        (lambda handler: send(handler, b'{"code": "x", "detail": "y"}', status=503), r"answered 503 \(x\): y"),
    ],
)
def test_whatever_a_server_answers_wrongly_is_one_clear_error(
    answer: Answer, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("seamline.events.http_feed.SECONDS", 0.5)
    monkeypatch.setattr("seamline.signing.channel.MOST_BYTES", 1_000)
    with server(answer) as feed, pytest.raises(FeedUnavailable, match=told) as failed:
        feed.end()
    assert "mac=" not in str(failed.value)


@pytest.mark.parametrize(
    "change",
    [{"position": 4}, {"name": "sample_shop.other"}],
    ids=["before the asked position", "of another name"],
)
def test_events_that_were_not_asked_for_are_refused(change: dict[str, Any]) -> None:
    event = {
        "position": 6, "event_id": "0198c3d0-0000-7000-8000-000000000000", "name": SOLD, "schema_version": 1,
        "key": "x", "data": {}, "meta": {}, "at": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    body = {"events": [{**event, **change}], "position": 6, "more": False, "held_back": False, "settled": 6}
    with (
        server(lambda handler: send(handler, json.dumps(body).encode())) as feed,
        pytest.raises(FeedUnavailable, match="not asked for"),
    ):
        feed.read(after=5, limit=10, names=(SOLD,))


def test_connection_that_the_server_closed_meanwhile_is_opened_again() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        send(handler, b'{"end": 1, "wanted": 1}')
        handler.close_connection = True  # without telling

    with server(answer) as feed:
        assert [feed.end() for _ in range(5)] == [1] * 5
