"""What the API answers where no view does, whatever DEBUG says."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("path", ["/api/", "/api/nothing", "/api/v1/catalog/nothing/", "/api/v2/orders/"])
def test_unknown_path_is_a_problem_document(settings: Any, debug: bool, path: str) -> None:
    settings.DEBUG = debug
    client = Client(enforce_csrf_checks=True)
    for response in (client.get(path), client.post(path, {}, content_type="application/json"), client.delete(path)):
        assert response.status_code == 404
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.json()["code"] == "not_found"
