import stat
from pathlib import Path

import pytest

from seamline.data.databases import WrongDatabaseUrl, databases, parse_url
from seamline.data.roles import installation_secret, role_password


def test_each_module_logs_in_as_its_own_role_and_sees_its_own_schema() -> None:
    made = databases(url="postgresql://admin:x@db:5432/shop", modules=["orders", "payments"], secret="s")
    assert set(made) == {"default", "orders", "payments"}
    assert made["orders"]["USER"] == "orders_rw"
    assert made["orders"]["OPTIONS"]["options"] == "-c search_path=orders"
    assert made["default"]["OPTIONS"]["options"] == "-c search_path=platform"
    assert len({entry["PASSWORD"] for entry in made.values()}) == 3
    assert "x" not in {entry["PASSWORD"] for entry in made.values()}


def test_module_url_moves_that_module_alone() -> None:
    made = databases(
        url="postgresql://db/shop",
        modules=["orders", "payments"],
        secret="s",
        module_urls={"orders": "postgresql://elsewhere:6000/orders"},
    )
    assert (made["orders"]["HOST"], made["orders"]["PORT"], made["orders"]["NAME"]) == ("elsewhere", "6000", "orders")
    assert made["payments"]["HOST"] == "db"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://db/shop", "begins with 'mysql'"),
        ("postgresql://db", "names no database"),
        ("postgresql://db:notaport/shop", "cannot be read"),
        ("shop", "begins with ''"),
    ],
)
def test_wrong_url_is_refused_with_an_example(url: str, says: str) -> None:
    with pytest.raises(WrongDatabaseUrl, match=says) as caught:
        parse_url(url)
    assert "postgresql://user:password@host:5432/database" in str(caught.value)


def test_url_parts_are_unquoted() -> None:
    assert parse_url("postgresql://a%40b:p%2Fw@h/d%20b?sslmode=require") == {
        "HOST": "h",
        "PORT": "",
        "NAME": "d b",
        "USER": "a@b",
        "PASSWORD": "p/w",
        "OPTIONS": {"sslmode": "require"},
    }


def test_passwords_differ_by_role_and_by_secret() -> None:
    assert role_password(role="a", secret="s") == role_password(role="a", secret="s")
    assert role_password(role="a", secret="s") != role_password(role="b", secret="s")
    assert role_password(role="a", secret="s") != role_password(role="a", secret="t")


def test_secret_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEAMLINE_SECRET", raising=False)
    first = installation_secret(root=tmp_path)
    assert installation_secret(root=tmp_path) == first
    assert len(first) >= 32
    path = tmp_path / ".seamline" / "secret"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]
