"""The common catalogues: ladder of rectification, veto conditions, kinds of naming, sheets."""

import json
from pathlib import Path
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

DATA = Path(__file__).resolve().parent.parent / "data"
CATALOGUES = {
    "ladder_steps": "LadderStep",
    "veto_conditions": "VetoCondition",
    "sheet_items": "SheetItem",
}


def _entries(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return found


def forwards(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    for name, model_name in CATALOGUES.items():
        model = apps.get_model("assessments", model_name)
        model.objects.bulk_create(
            model(position=position, **entry)
            for position, entry in enumerate(_entries(name), start=1)
        )
    kind_model = apps.get_model("assessments", "NamingKind")
    criterion_model = apps.get_model("assessments", "NamingCriterion")
    for position, entry in enumerate(_entries("naming_kinds"), start=1):
        criteria = entry.pop("criteria")
        kind = kind_model.objects.create(position=position, **entry)
        criterion_model.objects.bulk_create(
            criterion_model(kind=kind, position=place, **criterion)
            for place, criterion in enumerate(criteria, start=1)
        )


def backwards(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    for model_name in (*CATALOGUES.values(), "NamingKind"):
        apps.get_model("assessments", model_name).objects.filter(county=None).delete()


class Migration(migrations.Migration):
    dependencies = [("assessments", "0004_full_assessment")]

    operations = [migrations.RunPython(forwards, backwards)]
