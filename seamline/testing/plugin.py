"""The pytest plugin: starts the server before Django's settings are read, boots one module or all, gives fixtures.

``pytest modules/orders`` hosts orders alone; any other selection hosts all modules, but for those that
``--split orders,payments`` starts as processes of their own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from seamline.calls.binding import rebound, route_of
from seamline.calls.rpc import RpcBinding
from seamline.contract import Contract
from seamline.split import WrongSplit, plan_of
from seamline.testing import split
from seamline.testing.database import TestServer, only_module
from seamline.testing.fakes import Fake

_server = TestServer()


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--split``, and which module the hub keeps."""
    parser.addoption(
        "--split", default="", metavar="MODULES", help="run these modules as processes of their own: orders,payments"
    )
    parser.addini("seamline_hub_module", "the module that stays in the session in every split")
    parser.addini("seamline_most_calls", "folder=number: how often one line may call one operation within a request")


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest the marker that split sessions heed."""
    config.addinivalue_line(
        "markers", "together(*modules, reason): the test reaches into these modules: the session must host them"
    )
    config.addinivalue_line(
        "markers", "calls_in_loops(reason): requests of this test may call from one line repeatedly"
    )
    config.addinivalue_line("markers", "split_run: takes its time, and runs with --split alone ('make test-split')")


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Generator[None, Any, Any]:
    """Set the environment from which ``project.settings`` is read; runs before pytest-django reads it."""
    module = only_module(args, root=early_config.rootpath)
    if module is not None:
        os.environ["SEAMLINE_MODULES"] = module
    os.environ["DATABASE_URL"] = _server.start()
    split.hub_server = _server
    os.environ.setdefault("SEAMLINE_SECRET", "the secret of test sessions")
    os.environ.setdefault("SEAMLINE_POOL_SIZE", "0")
    os.environ.setdefault("SEAMLINE_API_RATE", "1000000/minute")
    os.environ.setdefault("SEAMLINE_LOGIN_RATE", "1000000/minute")
    os.environ.setdefault("SEAMLINE_PURCHASE_RATE", "1000000/minute")
    os.environ["SEAMLINE_DISPATCHER"] = "off"
    os.environ["SEAMLINE_CONTROL"] = os.environ["SEAMLINE_FAULTS"] = "false"
    os.environ["EVENT_BUS"] = "thread"
    text = early_config.known_args_namespace.split
    if text and module is None:
        _begin_split(text, root=early_config.rootpath, stays=early_config.getini("seamline_hub_module"))
    return (yield)


def _begin_split(text: str, *, root: Path, stays: str) -> None:
    try:
        plan = plan_of(text, modules=split.module_names(root), stays=stays)
        split.session = split.SplitSession(plan, extracted=split.extracted_modules(root))
    except WrongSplit as error:
        raise pytest.UsageError(f"--split: {error}") from error
    os.environ.update(split.session.begin(dict(os.environ)))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Have all processes of a split answer before tests are collected."""
    if split.session is not None:
        split.session.serve()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what reaches into modules that live elsewhere, and what is for split sessions in any other."""
    if split.session is None and item.get_closest_marker("split_run"):
        pytest.skip("runs in 'make test-split'")
    for marker in item.iter_markers("together"):
        if away := [module for module in marker.args if not split.lives_here(module)]:
            pytest.skip(f"{', '.join(away)} in another process: {marker.kwargs['reason']}")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what this session started."""
    if split.session is not None:
        split.session.stop()
    _server.stop()


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """Not pytest-django's test database: the ``database`` fixture gives the real one."""


@pytest.fixture(scope="session")
def admin_url() -> str:
    """An administrator's URL of the session's database."""
    return _server.admin_url


@pytest.fixture(scope="session")
def _migrated(django_db_blocker: Any) -> None:
    from django.conf import settings

    from seamline.data.migration import migrate_all
    from seamline.data.provision import provision_hosted

    with django_db_blocker.unblock():
        provision_hosted(admin_url=_server.admin_url, secret=settings.SEAMLINE_SECRET)
        migrate_all()


@pytest.fixture
def database(_migrated: None, django_db_blocker: Any) -> Iterator[None]:
    """The session's database: real commits, every schema migrated, emptied after the test."""
    from django.db import connections

    with django_db_blocker.unblock():
        yield
        for connection in connections.all(initialized_only=True):
            connection.close()
    _server.empty()
    if split.session is not None:
        split.session.empty()


@pytest.fixture(autouse=True)
def _no_calls_in_loops(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test under which a request, handler or call asked another module again and again from one line."""
    folder, _, most = request.config.getini("seamline_most_calls").partition("=")
    looks = most and request.path.is_relative_to(request.config.rootpath / folder)
    if not looks or request.node.get_closest_marker("calls_in_loops") or "database" not in request.fixturenames:
        yield
        return
    from seamline.testing.loops import calls_in_loops

    with calls_in_loops(most=int(most)) as found:
        yield
    if found:
        pytest.fail("\n".join(map(str, found)), pytrace=False)


@pytest.fixture
def fakes() -> Iterator[Callable[[type[Contract]], Fake]]:
    """``fakes(Inventory)`` binds the contract to a fake until the test ends, and answers it."""
    made: dict[type[Contract], Fake] = {}
    with ExitStack() as stack:

        def fake(contract: type[Contract]) -> Fake:
            if contract not in made:
                made[contract] = Fake(contract)
                stack.enter_context(rebound(contract, made[contract]))
            return made[contract]

        yield fake


@pytest.fixture(params=["local", "rpc", "http"])
def runner(request: pytest.FixtureRequest) -> Iterator[str]:
    """Runs the test directly, with every hosted contract behind the real codec, and over signed HTTP on a socket."""
    from seamline.modules import hosted_modules
    from seamline.testing.internal import internal_endpoint, over_http

    contracts = [module.contract for module in hosted_modules() if module.contract is not None]
    with ExitStack() as stack:
        if request.param == "rpc":
            for contract in contracts:
                stack.enter_context(rebound(contract, RpcBinding(route_of(contract).binding)))
        elif request.param == "http":
            url = stack.enter_context(internal_endpoint())
            for contract in contracts:
                stack.enter_context(rebound(contract, over_http(contract, url)))
        yield str(request.param)


@pytest.fixture(scope="session")
def project_root(pytestconfig: pytest.Config) -> Path:
    """The folder of the project."""
    return pytestconfig.rootpath
