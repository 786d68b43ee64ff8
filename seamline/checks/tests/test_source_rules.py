"""Each rule of ``source_rules`` with planted violations in a module's folder, and the innocent look-alikes."""

from pathlib import Path

import pytest

from seamline.checks.source_rules import source_findings

PLANTED = {
    "seamline.E010": [
        "from seamline.calls import use\nfrom contracts.billing import Billing\nuse(Billing).charge()\n",
        "import seamline.calls\nimport contracts.billing as b\nseamline.calls.use(b.Billing, timeout=1).charge()\n",
    ],
    "seamline.E011": [
        "from django.db import transaction\nwith transaction.atomic():\n    pass\n",
        "from django.db import transaction as t\n@t.atomic\ndef f(): pass\n",
        "from django.db.transaction import atomic\nwith atomic(using='orders'):\n    pass\n",
        "import django.db\ndjango.db.transaction.on_commit(print)\n",
        "from django.db.transaction import on_commit as later\nlater(print)\n",
    ],
    "seamline.E013": [
        "from django.apps import apps\napps.get_model('billing', 'Invoice')\n",
        "from django.apps import apps\napps.get_model('billing.Invoice')\n",
        "import importlib\nimportlib.import_module('modules.billing.models')\n",
        "from django.utils.module_loading import import_string\nimport_string('modules.billing.models.Invoice')\n",
        "__import__('modules.billing')\n",
        "from django.apps import apps\napps.get_model(app_label='billing', model_name='Invoice')\n",
    ],
    "seamline.E014": [
        "SQL = 'SELECT * FROM billing.invoice'\n",
        'SQL = f\'insert into "billing"."invoice" values (1)\'\n',
        "SQL = 'UPDATE ONLY billing.invoice SET a = 1'\n",
        "def f(c):\n    c.execute('TRUNCATE TABLE billing.invoice')\n",
        "SQL = 'SELECT 1 FROM a JOIN platform.auth_user u ON true'\n",
        "SQL = 'SELECT 1 FROM order_line l, billing.invoice'\n",
        "SQL = 'DELETE FROM order_line USING billing.invoice'\n",
        "SQL = 'COPY billing.invoice TO STDOUT'\n",
    ],
    "seamline.E018": [
        "from django.db import connections\nconnections['billing'].cursor()\n",
        "from seamline.data import atomic\nwith atomic('billing'):\n    pass\n",
        "from seamline.data import connection_for\nconnection_for(module='billing')\n",
        "def f(Order):\n    return Order.objects.using('billing').all()\n",
        "def f(order):\n    order.save(using='billing')\n",
    ],
}
INNOCENT = [
    "from seamline.calls import use\nfrom contracts.orders import Orders\nuse(Orders).order()\n",
    "from seamline.data import atomic\nwith atomic('orders'):\n    pass\n",
    "from django.apps import apps\napps.get_model('orders', 'Order')\n",
    "from django.db import connections\nconnections['orders'].cursor()\n",
    "SQL = 'SELECT * FROM order_line WHERE billing.a = 1'\n",
    "TEXT = 'A letter from billing. Read it.'\n",
    'def f():\n    """Learns from billing.invoice_sent."""\n',
    "class A:\n    def atomic(self): pass\nA().atomic()\n",
]


def findings(folder: Path, source: str) -> list[str]:
    (folder / "planted.py").write_text(source)
    found = source_findings(
        module="orders", folder=folder, neighbours={"billing"}, package="modules", may_call={"Orders"}
    )
    return [finding.id for finding in found]


@pytest.mark.parametrize(("identifier", "source"), [(i, s) for i, sources in PLANTED.items() for s in sources])
def test_planted_violation_is_found(tmp_path: Path, identifier: str, source: str) -> None:
    assert set(findings(tmp_path, source)) == {identifier}


@pytest.mark.parametrize("source", INNOCENT)
def test_innocent_source_passes(tmp_path: Path, source: str) -> None:
    assert findings(tmp_path, source) == []


def test_finding_names_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text("\n\nSQL = 'DELETE FROM billing.invoice'\n")
    [finding] = source_findings(
        module="orders", folder=tmp_path, neighbours={"billing"}, package="modules", may_call=()
    )
    assert finding.where.endswith("planted.py:3")
