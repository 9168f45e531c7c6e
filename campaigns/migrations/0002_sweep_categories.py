"""The categories of the 六排查 as document E lists them; a county may change its own copy."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# code, name, touches persons or belief
CATEGORIES = [
    ("dispute", "民间纠纷", False),
    ("order", "治安问题", False),
    ("key_persons", "重点人口", True),
    ("petition", "突出信访", True),
    ("mass_incident", "群体性事件苗头", True),
    ("cult", "邪教和非法宗教活动", True),
    ("hazard", "安全隐患", False),
]


def forwards(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("campaigns", "SweepCategory").objects.bulk_create(
        apps.get_model("campaigns", "SweepCategory")(
            code=code, name=name, touches_persons=touches, position=position
        )
        for position, (code, name, touches) in enumerate(CATEGORIES, start=1)
    )


def backwards(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("campaigns", "SweepCategory").objects.filter(county=None).delete()


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_initial")]

    operations = [migrations.RunPython(forwards, backwards)]
