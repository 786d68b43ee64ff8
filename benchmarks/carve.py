"""``python -m benchmarks.carve``: what a carve costs the shop's customers, and how fast it copies.

A shop with the demo data serves 8 clients who buy at full speed. Orders' data go to another server and back, again and
again; printed are the stall of the fence (p50, p99, max), the longest gap between two successful writes around each
flip against as long a stretch of the same load without one, and throughput and p99 before, during and after. The copy
is measured apart, on a schema of many rows, against ``pg_dump | pg_restore`` of the same between the same servers.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from seamline.carve.move import cutover
from seamline.carve.move.servers import Move, Server
from seamline.data.provision import provision
from seamline.embedded import EmbeddedServer
from seamline.embedded.account import Account
from seamline.embedded.binaries import find_binaries
from tests.carve.shop import CarvedShop
from tests.carve.shoppers import Seen, Shoppers
from tests.deployables import SECRET, project_copy, some_skus

AROUND = 1.5
"""Seconds of load that belong to a flip: its own, and what it sets off."""
_ROWS = """
SET ROLE orders_owner; SET search_path = orders;
CREATE TABLE move_gate (nothing boolean PRIMARY KEY);
CREATE TABLE account (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE entry (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account_id bigint NOT NULL REFERENCES account,
    amount numeric(12, 2) NOT NULL, note text NOT NULL, data jsonb NOT NULL, at timestamptz NOT NULL);
CREATE INDEX ON entry (account_id, at);
INSERT INTO account (name) SELECT 'account ' || n FROM generate_series(1, {accounts}) AS n;
INSERT INTO entry (account_id, amount, note, data, at)
    SELECT 1 + n % {accounts}, n / 100.0, 'entry number ' || n, jsonb_build_object('n', n), now() FROM
    generate_series(1, {rows}) AS n;
"""


def copies(rows: int) -> dict[str, float]:
    """Rows a second of our copy and of ``pg_dump | pg_restore``, each to an empty database."""
    with tempfile.TemporaryDirectory(prefix="seamline-copy-") as folder:
        Path(folder).chmod(0o755)
        source, target = (EmbeddedServer(directory=Path(folder) / name, fast=True) for name in ("source", "target"))
        try:
            for server in (source, target):
                server.ensure_running()
            provision(admin_url=source.url, schemas=["orders"], secret=SECRET)
            with psycopg.connect(source.url) as connection:
                connection.execute(_ROWS.format(rows=rows, accounts=max(1, rows // 10)))
            everything = rows + max(1, rows // 10)
            move = Move(module="orders", source=Server(url=source.url), target=Server(url=target.url), secret=SECRET)
            began = time.perf_counter()
            cutover.prepare(move)
            ours = everything / (time.perf_counter() - began)
            cutover.give_up(move)
            with psycopg.connect(target.url, autocommit=True) as connection:
                connection.execute("DROP SCHEMA IF EXISTS orders CASCADE")
            began = time.perf_counter()
            _dump_and_restore(source, target)
            theirs = everything / (time.perf_counter() - began)
            return {"ours": ours, "pg_dump | pg_restore": theirs}
        finally:
            for server in (source, target):
                server.destroy()


def _dump_and_restore(source: EmbeddedServer, target: EmbeddedServer) -> None:
    binaries = find_binaries(Account())
    commands = []
    for name, server, options in (
        ("pg_dump", source, ["--format=custom", "--schema=orders", "--compress=0"]),
        ("pg_restore", target, ["--no-owner", "--no-privileges"]),
    ):
        parts = conninfo_to_dict(server.url)
        words = [binaries.program(name), *options, f"--host={parts['host']}", f"--port={parts['port']}"]
        words += [f"--username={parts['user']}", f"--dbname={parts['dbname']}"]
        commands.append((words, {**os.environ, "PGPASSWORD": str(parts["password"])}))
    (dump, dump_environment), (restore, restore_environment) = commands
    dumping = subprocess.Popen(dump, env=dump_environment, stdout=subprocess.PIPE)
    subprocess.run(restore, env=restore_environment, stdin=dumping.stdout, check=True)
    assert dumping.wait() == 0


def flips(carves: int) -> dict[str, Any]:
    """Figures of so many flips of orders' data under load, and of as many stretches without one."""
    with (
        tempfile.TemporaryDirectory(prefix="seamline-carve-") as folder,
        CarvedShop(root=project_copy(Path(folder))) as shop,
    ):
        Path(folder).chmod(0o755)
        shop.fill_shelves()
        skus = some_skus(shop.address)
        with Shoppers(port=shop.port, skus=skus) as seen:
            time.sleep(3)
            before = _stretch(seen, 6.0)
            shop.carve("start", "orders", "--service", "none")
            move = Move(
                module="orders",
                source=Server(url=shop.server().url),
                target=Server(url=shop.server("orders").url),
                secret=SECRET,
            )
            time.sleep(1)
            began = time.monotonic()
            usual = [_stretch(seen, AROUND)["gap"] for _ in range(carves)]
            during_began = time.monotonic()
            stalls, gaps = [], []
            for _ in range(carves):
                at = time.monotonic()
                stalls.append(cutover.cut_over(move).total)
                time.sleep(AROUND)
                gaps.append(seen.longest_gap(after=at - 0.2, before=at + AROUND))
                move = move.reversed()
            during = _figures(seen, during_began, time.monotonic())
            after = _stretch(seen, 6.0)
        assert not seen.failures, seen.failures[:3]
    return {
        "carves": carves,
        "orders": len(seen.orders),
        "failed requests": len(seen.failures),
        "stall ms": _spread([stall * 1000 for stall in stalls]),
        "longest gap ms with a flip": _spread([gap * 1000 for gap in gaps]),
        "longest gap ms without": _spread([gap * 1000 for gap in usual]),
        "gap ratio": statistics.median(gaps) / statistics.median(usual),
        "gap ratio of the longest": max(gaps) / max(usual),
        "before": before,
        "ready": _figures(seen, began, during_began),
        "during": during,
        "after": after,
    }


def _stretch(seen: Seen, seconds: float) -> dict[str, float]:
    began = time.monotonic()
    time.sleep(seconds)
    return _figures(seen, began, time.monotonic())


def _figures(seen: Seen, after: float, before: float) -> dict[str, float]:
    times = [seconds for at, seconds in list(seen.times) if after <= at <= before]
    return {
        "requests/s": len(times) / (before - after),
        "p99 ms": statistics.quantiles(times, n=100)[98] * 1000,
        "gap": seen.longest_gap(after=after, before=before),
    }


def _spread(values: list[float]) -> dict[str, float]:
    return {
        "p50": statistics.median(values),
        "p99": statistics.quantiles(values, n=100, method="inclusive")[98],
        "max": max(values),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.carve", description=__doc__)
    parser.add_argument("--carves", type=int, default=20, help="flips under load (default: %(default)s)")
    parser.add_argument("--rows", type=int, default=500_000, help="rows to copy (default: %(default)s)")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    arguments = parser.parse_args()
    print(f"copying {arguments.rows:,} rows both ways, then {arguments.carves} carves under load", file=sys.stderr)
    copied = copies(arguments.rows)
    found = {"copied rows/s": copied, "copy ratio": copied["ours"] / copied["pg_dump | pg_restore"]}
    found |= flips(arguments.carves)
    if arguments.format == "json":
        print(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        shown = (
            value if not isinstance(value, dict) else "  ".join(f"{key} {figure:,.1f}" for key, figure in value.items())
        )
        print(f"{name:<30} {shown if isinstance(shown, str) else f'{shown:,.2f}'}")


if __name__ == "__main__":
    main()
