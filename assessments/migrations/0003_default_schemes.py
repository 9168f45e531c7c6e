"""The common schemes, 100 points each, that a county uses until it sets its own."""

import json
from pathlib import Path

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from pingan.months import Month

DATA = Path(__file__).resolve().parent.parent / "data" / "default_schemes.json"
FIRST_MONTH = Month(2000, 1)


def forwards(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    scheme_model = apps.get_model("assessments", "Scheme")
    item_model = apps.get_model("assessments", "ScoreItem")
    for entry in json.loads(DATA.read_text(encoding="utf-8"))["schemes"]:
        items = entry.pop("items")
        scheme = scheme_model.objects.create(version=1, valid_from=FIRST_MONTH, **entry)
        item_model.objects.bulk_create(
            item_model(scheme=scheme, position=position, **item)
            for position, item in enumerate(items, start=1)
        )


def backwards(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("assessments", "Scheme").objects.filter(county=None, version=1).delete()


class Migration(migrations.Migration):
    dependencies = [("assessments", "0002_scorecard_parent_names")]

    operations = [migrations.RunPython(forwards, backwards)]
