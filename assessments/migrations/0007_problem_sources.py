"""Matters that meetings and patrols left open are problems as well."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assessments", "0006_naming_rechecks")]

    operations = [
        migrations.AlterField(
            model_name="problem",
            name="source",
            field=models.CharField(
                choices=[
                    ("inspection", "督导检查"),
                    ("undercover", "暗访"),
                    ("sweep", "六排查"),
                    ("meeting", "例会议定"),
                    ("patrol", "巡逻发现"),
                    ("survey", "治安测评"),
                    ("superior", "上级交办"),
                ],
                max_length=12,
                verbose_name="来源",
            ),
        ),
    ]
