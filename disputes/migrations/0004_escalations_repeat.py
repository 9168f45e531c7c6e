"""A case handed back down may go up the same level again: every time is a row of its own."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("disputes", "0003_ledger_imports"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="escalation",
            name="escalation_level_unique",
        ),
    ]
