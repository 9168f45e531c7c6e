"""The indicators that every county may ask for, and which of them are numbers at a period's end."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

CASES, FIRES, ACCIDENTS = "刑事和治安案件", "火灾", "安全事故"
PETITIONS, FLOATING, COVERAGE, OPINION = "信访", "流动人口", "覆盖", "满意度"

# code, name, topic, measure, direction, at the period's end, note
COUNTS = [
    ("criminal_cases", "刑事案件", CASES, "起", "fall", False, "立案数"),
    ("criminal_solved", "刑事案件破案", CASES, "起", "rise", False, "本期立案中已破的起数"),
    ("order_cases", "治安案件", CASES, "起", "fall", False, "受理数"),
    ("robberies", "两抢案件", CASES, "起", "fall", False, "抢劫、抢夺，已含在刑事案件内"),
    ("thefts", "盗窃案件", CASES, "起", "fall", False, "刑事立案的盗窃，已含在刑事案件内"),
    ("homicides", "命案", CASES, "起", "fall", False, "已含在刑事案件内"),
    ("fires", "火灾起数", FIRES, "起", "fall", False, ""),
    ("fire_households", "火灾受灾户数", FIRES, "户", "fall", False, ""),
    ("fire_area", "火灾过火面积", FIRES, "平方米", "fall", False, ""),
    ("fire_loss", "火灾直接损失", FIRES, "元", "fall", False, "直接财产损失"),
    ("fire_deaths", "火灾死亡人数", FIRES, "人", "fall", False, ""),
    ("fire_injuries", "火灾受伤人数", FIRES, "人", "fall", False, ""),
    ("accidents", "安全生产事故", ACCIDENTS, "起", "fall", False, ""),
    ("accident_deaths", "安全生产事故死亡人数", ACCIDENTS, "人", "fall", False, ""),
    ("traffic_accidents", "道路交通事故", ACCIDENTS, "起", "fall", False, "不含安全生产事故"),
    ("traffic_deaths", "道路交通事故死亡人数", ACCIDENTS, "人", "fall", False, ""),
    ("petition_batches", "信访批次", PETITIONS, "批", "fall", False, "只报数，不写任何人和事"),
    ("petition_people", "信访人次", PETITIONS, "人次", "fall", False, "只报数，不写任何人和事"),
    ("floating_stations", "流动人口服务站点", FLOATING, "个", "rise", True, ""),
    ("floating_people", "流动人口", FLOATING, "人", "neutral", True, "只报总数"),
    ("floating_registered", "已登记流动人口", FLOATING, "人", "rise", True, "只报总数"),
    ("places", "村(社区)和单位数", COVERAGE, "个", "neutral", True, ""),
    ("covered_places", "技防覆盖村(社区)和单位", COVERAGE, "个", "rise", True, ""),
    ("safe_places", "达标村(社区)和单位", COVERAGE, "个", "rise", True, ""),
    ("survey_slips", "测评有效票数", OPINION, "票", "neutral", False, "由治安测评汇总，不另填"),
    ("survey_satisfied", "测评满意票数", OPINION, "票", "rise", False, "由治安测评汇总，不另填"),
]
# code, name, topic, direction, numerator, denominator
RATIOS = [
    ("criminal_solved_rate", "刑事案件破案率", CASES, "rise", "criminal_solved", "criminal_cases"),
    (
        "floating_rate",
        "流动人口登记率",
        FLOATING,
        "rise",
        "floating_registered",
        "floating_people",
    ),
    ("coverage_rate", "技防覆盖率", COVERAGE, "rise", "covered_places", "places"),
    ("safe_rate", "达标率", COVERAGE, "rise", "safe_places", "places"),
    ("satisfaction_rate", "群众满意率", OPINION, "rise", "survey_satisfied", "survey_slips"),
]


def forwards(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    indicators = apps.get_model("campaigns", "Indicator").objects
    made = {
        code: indicators.create(
            code=code,
            name=name,
            topic=topic,
            kind="count",
            measure=measure,
            direction=direction,
            is_stock=is_stock,
            note=note,
        )
        for code, name, topic, measure, direction, is_stock, note in COUNTS
    }
    for code, name, topic, direction, numerator, denominator in RATIOS:
        indicators.create(
            code=code,
            name=name,
            topic=topic,
            kind="ratio",
            measure="%",
            direction=direction,
            numerator=made[numerator],
            denominator=made[denominator],
        )


def backwards(apps: StateApps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    common = apps.get_model("campaigns", "Indicator").objects.filter(county=None)
    common.filter(kind="ratio").delete()
    common.delete()


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0004_entry")]

    operations = [
        migrations.AddField(
            model_name="indicator",
            name="is_stock",
            field=models.BooleanField(
                default=False,
                help_text="如站点数、人口数：各期不相加，累计取最近一期",
                verbose_name="期末数",
            ),
        ),
        migrations.RunPython(forwards, backwards),
    ]
