"""What is generated from the code is up to date and sound: the migrations, and the OpenAPI document."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import CharField
from rest_framework import serializers

from modules.catalog.models import ProductRow


@pytest.mark.usefixtures("database")
def test_no_model_waits_for_a_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())


@pytest.mark.usefixtures("database")
def test_changed_model_without_a_migration_is_found() -> None:
    field = ProductRow._meta.get_field("name")
    assert isinstance(field, CharField)
    field.max_length, before = 201, field.max_length
    try:
        with pytest.raises(SystemExit):
            call_command("makemigrations", check=True, dry_run=True, stdout=StringIO())
    finally:
        field.max_length = before


def test_openapi_document_is_valid_and_raises_no_warning() -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file="/dev/null")


def test_two_shapes_under_one_name_are_found() -> None:
    from modules.catalog.api import views

    class MoneySerializer(serializers.Serializer):  # type: ignore[type-arg]
        """Another shape of the same name."""

        pence = serializers.IntegerField()

    class ProductSerializer(views.ProductSerializer):
        price = MoneySerializer()  # type: ignore[assignment]

    schema = views.OneProduct.get.kwargs["schema"]  # type: ignore[attr-defined]
    original = schema.get_response_serializers
    schema.get_response_serializers = lambda self: ProductSerializer
    try:
        with pytest.raises(Exception, match="warning"):
            call_command("spectacular", validate=True, fail_on_warn=True, file="/dev/null")
    finally:
        schema.get_response_serializers = original
