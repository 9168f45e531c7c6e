"""Attachments that may name a private person are sealed and not handed out by their unit."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pingan", "0004_assessment_settings_and_files"),
    ]

    operations = [
        migrations.AddField(
            model_name="storedfile",
            name="is_sealed",
            field=models.BooleanField(default=False, verbose_name="加密保存"),
        ),
    ]
