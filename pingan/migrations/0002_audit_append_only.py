"""The database itself refuses to change or delete an audit event."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLE = "pingan_auditevent"

POSTGRESQL = f"""
CREATE FUNCTION pingan_audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'audit events are append-only'; END $$;
CREATE TRIGGER pingan_audit_no_change BEFORE UPDATE OR DELETE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION pingan_audit_append_only();
CREATE TRIGGER pingan_audit_no_truncate BEFORE TRUNCATE ON {TABLE}
    FOR EACH STATEMENT EXECUTE FUNCTION pingan_audit_append_only();
"""
POSTGRESQL_BACK = f"""
DROP TRIGGER pingan_audit_no_truncate ON {TABLE};
DROP TRIGGER pingan_audit_no_change ON {TABLE};
DROP FUNCTION pingan_audit_append_only();
"""
SQLITE = [
    f"CREATE TRIGGER pingan_audit_no_{verb.lower()} BEFORE {verb} ON {TABLE} "
    "BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END"
    for verb in ("UPDATE", "DELETE")
]
SQLITE_BACK = [f"DROP TRIGGER pingan_audit_no_{verb}" for verb in ("update", "delete")]


def _run(schema_editor: BaseDatabaseSchemaEditor, postgresql: str, sqlite: list[str]) -> None:
    statements = [postgresql] if schema_editor.connection.vendor == "postgresql" else sqlite
    for statement in statements:
        schema_editor.execute(statement)


def forwards(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _run(schema_editor, POSTGRESQL, SQLITE)


def backwards(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    _run(schema_editor, POSTGRESQL_BACK, SQLITE_BACK)


class Migration(migrations.Migration):
    dependencies = [("pingan", "0001_initial")]

    operations = [migrations.RunPython(forwards, backwards)]
