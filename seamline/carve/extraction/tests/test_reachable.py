"""What a set of files needs is found through imports and through strings, and other modules are not entered."""

from __future__ import annotations

from pathlib import Path

import pytest

from seamline.carve.extraction.reachable import imported, lines_that_name, reachable, third_party

FILES = {
    "shop/__init__.py": "",
    "shop/settings.py": 'MIDDLEWARE = ["shop.middleware.Chosen"]\nTEXT = "see shop.unused for that"\nimport environ\n',
    "shop/middleware.py": "from agreed import kernel\n",
    "shop/unused.py": "import numpy\n",
    "agreed/__init__.py": "",
    "agreed/kernel.py": "",
    "agreed/orders.py": "from agreed.kernel import Money\n",
    "modules/__init__.py": "",
    "modules/orders/__init__.py": "",
    "modules/orders/service.py": "from . import rules\nimport agreed.orders\n\ndef late():\n    import shop.late\n",
    "modules/orders/rules.py": "import modules.payments.secret\n",
    "modules/payments/__init__.py": "",
    "modules/payments/secret.py": "",
    "shop/late.py": "",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def found(project: Path, *roots: str) -> set[str]:
    files = reachable(
        [project / root for root in roots],
        project=project,
        packages=("shop", "agreed", "modules"),
        without=("modules.payments",),
    )
    return {str(file.relative_to(project)) for file in files}


def test_imports_are_followed_wherever_they_stand(project: Path) -> None:
    assert found(project, "modules/orders/service.py") >= {
        "modules/orders/rules.py", "agreed/orders.py", "agreed/kernel.py", "shop/late.py", "agreed/__init__.py",
        "shop/__init__.py",
    }  # fmt: skip


def test_other_modules_are_not_entered_even_where_they_are_named(project: Path) -> None:
    assert not [name for name in found(project, "modules/orders/service.py") if name.startswith("modules/payments")]


def test_dotted_strings_count_as_imports_and_sentences_do_not(project: Path) -> None:
    reached = found(project, "shop/settings.py")
    assert {"shop/middleware.py", "agreed/kernel.py"} <= reached
    assert "shop/unused.py" not in reached


def test_names_of_packages_from_elsewhere_are_told(project: Path) -> None:
    assert "environ" in third_party([project / "shop/settings.py"])
    assert "numpy" in third_party([project / "shop/unused.py"])


def test_word_in_a_string_is_no_import(project: Path) -> None:
    (project / "shop/choices.py").write_text('import environ.env\n\nCHOICES = ("nginx", "envoy")\n')
    assert "envoy" in third_party([project / "shop/choices.py"])
    assert imported([project / "shop/choices.py"]) == {"environ"}


def test_code_that_names_a_package_is_found_with_its_line(project: Path) -> None:
    (project / "shop/urls.py").write_text('import shop\n\nPATH = "modules.payments.urls"\n')
    where = [(file.name, line) for file, line in lines_that_name("modules.payments", sorted(project.rglob("*.py")))]
    assert where == [("rules.py", 1), ("urls.py", 3)]
    assert list(lines_that_name("modules.pay", sorted(project.rglob("*.py")))) == []
