"""The common lists: categories, scales and sources that a county uses until it sets its own.

Categories: the types of the People's Mediation statistics in use since 2010, with those that
domain and practice name since (欠薪, 物业, 医疗).
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TERMS: dict[str, list[tuple[str, str]]] = {
    "category": [
        ("family", "婚姻家庭"),
        ("inheritance", "继承赡养"),
        ("neighbours", "邻里"),
        ("housing", "房屋宅基地"),
        ("land", "山林土地"),
        ("expropriation", "征地拆迁"),
        ("contract", "合同"),
        ("damages", "损害赔偿"),
        ("labour", "劳动争议"),
        ("wages", "拖欠工资"),
        ("property-management", "物业"),
        ("medical", "医疗"),
        ("traffic", "道路交通"),
        ("village-affairs", "村务管理"),
        ("environment", "环境污染"),
        ("consumption", "消费"),
        ("other", "其他"),
    ],
    "scale": [
        ("individual", "个体性（不足5人）"),
        ("general", "一般（5人以上不足10人）"),
        ("large", "较大（10人以上不足30人）"),
        ("major", "重大（30人以上）"),
    ],
    "source": [
        ("application", "当事人申请"),
        ("sweep", "排查发现"),
        ("visit", "走访发现"),
        ("hotline", "热线电话"),
        ("handover", "其他单位移交"),
        ("superior", "上级交办"),
        ("court", "法院委派委托"),
        ("police", "公安派出所移交"),
        ("other", "其他"),
    ],
}


def forwards(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    term_model = apps.get_model("disputes", "DisputeTerm")
    term_model.objects.bulk_create(
        term_model(kind=kind, code=code, name=name, position=position)
        for kind, terms in TERMS.items()
        for position, (code, name) in enumerate(terms, start=1)
    )


def backwards(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("disputes", "DisputeTerm").objects.filter(county=None).delete()


class Migration(migrations.Migration):
    dependencies = [("disputes", "0001_initial")]

    operations = [migrations.RunPython(forwards, backwards)]
