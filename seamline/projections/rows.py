"""Reading and writing many whole rows at once: handlers of projections put them in place by ``COPY``, past the ORM.

Building a model instance and a parameter for each value costs several times what PostgreSQL needs for the row. This
file may not know what rows mean.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import JSONField, Model

from seamline.data import connection_for


def rows_by_key(model: type[Model], keys: Collection[Any]) -> dict[Any, tuple[Any, ...]]:
    """The rows with these primary keys, by key: values of all concrete fields in the model's order, JSON as text."""
    meta = model._meta
    connection = connection_for(meta.app_label)
    quote = connection.ops.quote_name
    columns = ", ".join(
        f"{quote(str(field.column))}::text" if isinstance(field, JSONField) else quote(str(field.column))
        for field in meta.concrete_fields
    )
    key = [field.primary_key for field in meta.concrete_fields].index(True)
    query = f"SELECT {columns} FROM {quote(meta.db_table)} WHERE {quote(str(meta.pk.column))} = ANY(%s)"  # noqa: S608 - names
    with connection.cursor() as cursor:
        cursor.execute(query, [list(keys)])
        return {row[key]: row for row in cursor.fetchall()}


def replace_rows(model: type[Model], *, rows: Iterable[Sequence[Any]], replaced: Collection[Any] = ()) -> None:
    """Put whole rows into a model's table, in the open transaction and in the schema that plain names mean there.

    :param rows: values for all concrete fields in the order of the model, as psycopg takes them; a JSON field takes
        JSON text.
    :param replaced: primary keys among the rows that are in the table already.
    :raises django.db.Error: a row is refused, such as one whose key is there and was not named.
    """
    meta = model._meta
    connection = connection_for(meta.app_label)
    quote = connection.ops.quote_name
    table, key = quote(meta.db_table), quote(str(meta.pk.column))
    columns = ", ".join(quote(str(field.column)) for field in meta.concrete_fields)
    with connection.cursor() as cursor:
        if replaced:
            cursor.execute(f"DELETE FROM {table} WHERE {key} = ANY(%s)", [list(replaced)])  # noqa: S608 - names
        with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
