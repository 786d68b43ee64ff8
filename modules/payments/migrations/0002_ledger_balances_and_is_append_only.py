"""The ledger keeps itself right: each statement that adds to it balances, and nothing in it ever changes.

Because every statement's entries add up to zero for each transaction, so does the whole ledger, at every moment.
"""

from __future__ import annotations

from django.db import migrations

from seamline.data.append_only import append_only

BALANCE = """
CREATE FUNCTION ledger_entry_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE unbalanced record;
BEGIN
    SELECT transaction_id, currency, sum(amount) AS rest INTO unbalanced FROM added
    GROUP BY transaction_id, currency HAVING sum(amount) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Ledger transaction % does not balance: % % is left over.',
            unbalanced.transaction_id, unbalanced.rest, unbalanced.currency
            USING ERRCODE = 'check_violation', HINT = 'Add all sides of a movement in one statement.';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_entry_balances AFTER INSERT ON ledger_entry
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_balance();
"""
UNDO_BALANCE = "DROP TRIGGER ledger_entry_balances ON ledger_entry; DROP FUNCTION ledger_entry_balance()"


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]
    operations = [
        migrations.RunSQL(BALANCE, UNDO_BALANCE),
        append_only("ledger_entry"),
    ]
