"""Keys in a file: read again when it changes, never lost to a slip, and no request refused while they rotate."""

from __future__ import annotations

import logging
import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from seamline.signing import Key, Keyring, Message, Replays, UnusableKeys, installed_keys, sign, verify
from seamline.signing.keys import parse_key_lines
from seamline.signing.watched import MOST_BYTES, WatchedFile
from seamline.testing.waiting import wait_until

OLD, NEW = f"old:{'o' * 32}", f"new:{'n' * 32}"


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def written(path: Path, *lines: str) -> None:
    """As secrets are replaced under a running process: whole, in one step."""
    fresh = path.with_suffix(".fresh")
    fresh.write_text("\n".join(lines))
    fresh.replace(path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    written(tmp_path / "keys", OLD)
    return tmp_path / "keys"


def ids(keys: Keyring) -> list[str]:
    return [key.id for key in keys]


def test_a_change_is_seen_after_a_second_and_not_looked_for_before(path: Path, clock: Clock) -> None:
    watched = WatchedFile(path, parse=parse_key_lines, clock=clock)
    assert ids(watched.value()) == ["old"]
    written(path, "# the next one comes second", OLD, "", NEW)
    clock.now += 0.9
    assert ids(watched.value()) == ["old"]
    clock.now += 0.2
    assert ids(watched.value()) == ["old", "new"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "holds no key"),
        ("# only a remark", "holds no key"),
        ("nocolon", "has no colon"),
        ("short:x", "at least 32"),
        ("x" * (MOST_BYTES + 1), "more than"),
    ],
)
def test_a_slip_keeps_the_last_good_keys_and_is_logged_without_them(
    path: Path, clock: Clock, caplog: pytest.LogCaptureFixture, content: str, said: str
) -> None:
    watched = WatchedFile(path, parse=parse_key_lines, clock=clock)
    before = watched.value()
    written(path, content)
    clock.now += 2
    with caplog.at_level(logging.ERROR):
        assert watched.value() is before
    assert said in caplog.text
    assert "oooo" not in caplog.text
    with pytest.raises(UnusableKeys, match=said):
        WatchedFile(path, parse=parse_key_lines).value()


def test_a_file_that_vanishes_keeps_the_last_good_keys(path: Path, clock: Clock) -> None:
    watched = WatchedFile(path, parse=parse_key_lines, clock=clock)
    before = watched.value()
    path.unlink()
    clock.now += 2
    assert watched.value() is before
    with pytest.raises(UnusableKeys, match="cannot be read"):
        WatchedFile(path, parse=parse_key_lines).value()


def test_reading_again_on_demand_sees_what_left_no_mark_and_is_rationed(path: Path, clock: Clock) -> None:
    watched = WatchedFile(path, parse=parse_key_lines, clock=clock)
    watched.value()
    mark = path.stat()
    path.write_text(f"odd:{'o' * 32}")  # as long, in place
    os.utime(path, ns=(mark.st_atime_ns, mark.st_mtime_ns))
    assert ids(watched.read_again()) == ["old"], "twice within a second the file is left alone"
    clock.now += 1.1
    assert ids(watched.read_again()) == ["odd"]


def test_secrets_are_in_no_text_of_an_error() -> None:
    with pytest.raises(UnusableKeys) as raised:
        parse_key_lines(f"{OLD}\n{OLD}")
    assert "oooo" not in str(raised.value)
    assert "oooo" not in repr(Key(id="old", secret=b"o" * 32))


def test_keys_rotate_under_traffic_and_no_request_is_refused(path: Path, settings: Any) -> None:
    """Two deployables that see each step at different times, asked without a pause."""
    sender = WatchedFile(path.with_name("sender"), parse=parse_key_lines, every=0.005)
    receiver = WatchedFile(path.with_name("receiver"), parse=parse_key_lines, every=0.005)
    files = [path.with_name("sender"), path.with_name("receiver")]
    for file in files:
        written(file, OLD)
    used: list[str] = []
    refused: list[BaseException] = []
    replays, stop = Replays(), threading.Event()

    def traffic() -> None:
        message = Message(method="POST", path="/internal/calls/orders/order", body=b"{}")
        while not stop.is_set():
            try:
                header, _ = sign(message, keys=sender.value(), caller="web", audience="orders", now=time.time())
                used.append(
                    verify(
                        message,
                        header=header,
                        keys=receiver.value(),
                        audience="orders",
                        now=time.time(),
                        replays=replays,
                    ).key
                )
            except Exception as error:
                refused.append(error)

    threads = [threading.Thread(target=traffic) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for lines in ([OLD, NEW], [NEW, OLD], [NEW]):
            for file in files:
                written(file, *lines)
                expected = [line.partition(":")[0] for line in lines]
                watched = sender if file.name == "sender" else receiver
                wait_until(lambda w=watched, e=expected: ids(w.value()) == e, what=f"{file.name} to see {expected}")
                count = len(used)
                wait_until(lambda c=count: len(used) > c + 20 or refused, what="traffic")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert refused == []
    assert used[0] == "old"
    assert used[-1] == "new"
    with pytest.raises(Exception, match="not, or no longer"):
        verify(
            message := Message(method="GET", path="/"),
            header=sign(message, keys=parse_key_lines(OLD), caller="web", audience="orders", now=time.time())[0],
            keys=receiver.value(),
            audience="orders",
            now=time.time(),
            replays=replays,
        )


def test_the_file_of_the_settings_is_what_is_installed(path: Path, settings: Any) -> None:
    settings.SEAMLINE_INTERNAL_KEYS_FILE = str(path)
    assert ids(installed_keys()) == ["old"]
    written(path, NEW, OLD)
    wait_until(lambda: ids(installed_keys()) == ["new", "old"], seconds=5, what="the new key")
