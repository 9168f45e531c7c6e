"""A scorecard keeps what its parent was called: later mergers do not rewrite a ranking's head."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assessments", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="scorecard",
            name="parent_code",
            field=models.CharField(default="", max_length=20, verbose_name="当时上级的代码"),
        ),
        migrations.AddField(
            model_name="scorecard",
            name="parent_name",
            field=models.CharField(default="", max_length=80, verbose_name="当时上级的名称"),
        ),
    ]
