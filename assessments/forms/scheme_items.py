"""One item of a draft. Which fields there are follows from the shape, which counts from the
source."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from assessments.clauses import LONGEST_CLAUSE, clause_of
from assessments.enums import Grade, ItemSource, RuleShape
from assessments.forms.schemes import MOST_POINTS, decimal_points, hundredths, points_field
from assessments.models import ScoreItem
from assessments.selectors.facts import GROUP_FACTS
from assessments.selectors.scheme_pages import item_values
from assessments.services.scheme_items import ItemText
from assessments.tables import FACTS, SOURCES, Labels, fact
from pingan.enums import Level

BANDS, STEPS = 6, 4
LARGEST = 999_999
_RATE = ("numerator", "denominator", "fixed")
# The fields of a rule, in the order in which they are filled.
SHAPE_FIELDS: dict[RuleShape, tuple[str, ...]] = {
    RuleShape.RATIO: (*_RATE, "target", "minimum", "needs"),
    RuleShape.JUDGED: (*_RATE, "target", "minimum", "needs"),
    RuleShape.MISSING: (*_RATE, "each", "needs"),
    RuleShape.BANDS: (*_RATE, "counted", "bands", "minimum", "needs"),
    RuleShape.EVENTS: ("numerator", "each", "limit", "cap", "needs"),
    RuleShape.MEAN: (*_RATE, "direction", "of", "each", "within", "steps", "minimum", "needs"),
    RuleShape.LAST_YEAR: (*_RATE, "direction", "change", "each", "steps", "minimum", "needs"),
    RuleShape.INDEX: (*_RATE, "minimum", "target", "bands"),
    RuleShape.BONUS: ("numerator", "each"),
    RuleShape.VETO: ("numerator", "grade"),
}
SHAPE_HELP: dict[RuleShape, str] = {
    RuleShape.RATIO: "分子占分母的比例达到目标得满分，不足的按比例得分。",
    RuleShape.JUDGED: "按检查、暗访或评分打出的分数，折算成本项得分。",
    RuleShape.MISSING: "比应有的每少一个扣几分，扣完为止。",
    RuleShape.BANDS: "比例或次数落在哪一档就得哪一档的分。",
    RuleShape.EVENTS: "每发生一次扣几分，可以封顶，也可以不设限。",
    RuleShape.MEAN: "与同级或同组单位的平均水平比，差得多扣得多。",
    RuleShape.LAST_YEAR: "与上年同月比，升降达到要求得满分。",
    RuleShape.INDEX: "按测评的比例得分，有效票太少的不计本项。",
    RuleShape.BONUS: "每次加几分，在100分之外，最多加到本项分值。",
    RuleShape.VETO: "发生了就限制等次，不占分值。",
}
_LIMITS = [("points", "扣完本项分值为止"), ("cap", "最多扣下面填的分数"), ("none", "减分不设限")]


def count_choices(source: str, level: int, labels: Labels) -> list[tuple[str, str]]:
    """The counts an item of this source may be scored on, for units of this level."""
    if source == ItemSource.INDICATOR:
        return [(name, label) for name, (label, _word) in labels.items()]
    kinds = SOURCES.get(ItemSource(source), frozenset()) if source else frozenset()
    return [
        (name, each.label)
        for name, each in FACTS.items()
        if each.source in kinds and _has_level(name, level)
    ]


def _has_level(name: str, level: int) -> bool:
    if level == Level.GROUP:
        return name in GROUP_FACTS
    is_of_area = name.startswith(("area_", "villages_"))
    return level == Level.TOWNSHIP or not is_of_area


def _whole(label: str, least: int, most: int = LARGEST, **kwargs: Any) -> forms.IntegerField:
    messages = {
        "invalid": "请填整数。",
        "min_value": f"不能小于{least}。",
        "max_value": f"不能大于{most}。",
    }
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        required=False,
        error_messages=messages,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        **kwargs,
    )


class ItemForm(forms.Form):
    """One item; made again with another shape or source, it keeps what is typed."""

    source = forms.ChoiceField(label="数据来源", choices=ItemSource.choices)
    shape = forms.ChoiceField(label="计分方式", choices=RuleShape.choices)
    section = forms.CharField(
        label="分类",
        max_length=20,
        required=False,
        help_text="如 基础工作、群众评价；同一分类的考核项排在一起。",
    )
    name = forms.CharField(
        label="考核项", max_length=30, error_messages={"required": "请填考核项的名称。"}
    )
    points = points_field("分值", min_value=Decimal("0.01"), max_value=MOST_POINTS)
    numerator = forms.ChoiceField(
        label="计什么数", error_messages={"required": "请选一个计数，没有计数的规则不能计分。"}
    )
    denominator = forms.ChoiceField(label="与什么比", required=False)
    fixed = _whole("固定数", 1, help_text="上面选“固定数”时填。")
    target = _whole("目标（%）", 1, 1000, help_text="达到这个百分比得满分。")
    each = points_field("每次扣分", min_value=Decimal("0.01"), required=False)
    limit = forms.ChoiceField(label="扣到哪里", choices=_LIMITS, required=False)
    cap = points_field("最多扣", min_value=Decimal("0.01"), required=False)
    counted = forms.BooleanField(label="按次数分档，不按比例", required=False)
    direction = forms.ChoiceField(
        label="好的方向", choices=[("up", "越高越好"), ("down", "越低越好")], required=False
    )
    of = forms.ChoiceField(
        label="与谁的平均比",
        choices=[("county", "全县同级单位"), ("peers", "同组单位")],
        required=False,
    )
    within = _whole("允许相差（个百分点）", 0, 100, help_text="相差不超过这个数不扣分。")
    change = _whole("要求升降（%）", 0, 1000, help_text="填0表示不比上年同月差就得满分。")
    minimum = _whole("最低基数", 1, help_text="分母小于这个数的单位不计本项；填1表示不限。")
    grade = forms.ChoiceField(
        label="最高能评为",
        choices=[(grade.value, grade.label) for grade in Grade if grade != Grade.EXCELLENT],
        required=False,
    )
    needs = forms.ChoiceField(label="没有这个数不得分", required=False)
    clause = forms.CharField(
        label="条文",
        max_length=LONGEST_CLAUSE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写给被考核单位看。留空时按规则自动写。",
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        level: int,
        labels: Labels,
        item: ScoreItem | None = None,
        sections: list[str] | None = None,
        **kwargs: Any,
    ) -> None:
        if item is not None and "initial" not in kwargs:
            kwargs["initial"] = shown(item)
        super().__init__(*args, **kwargs)
        self.labels, self.sections = labels, sections or []
        self.chosen_shape = self._chosen("shape", RuleShape, RuleShape.RATIO)
        self.chosen_source = self._chosen("source", ItemSource, ItemSource.ROUTINE)
        self._keep_fields_of_the_shape()
        self._offer_counts(level)

    def _chosen(self, name: str, kind: type[Any], default: Any) -> Any:
        value = self.data.get(name) if self.is_bound else self.initial.get(name)
        return kind(value) if value in kind.values else default

    def _keep_fields_of_the_shape(self) -> None:
        shape = self.chosen_shape
        wanted = SHAPE_FIELDS[shape]
        for name in {name for fields in SHAPE_FIELDS.values() for name in fields} - set(wanted):
            self.fields.pop(name, None)
        if shape == RuleShape.VETO:
            del self.fields["points"]
        if shape == RuleShape.BONUS:
            self.fields["points"].label = "最多加"
            self.fields["each"].label = "每次加分"
        if shape in (RuleShape.MEAN, RuleShape.LAST_YEAR):
            self.fields["each"].label = "每差1个百分点扣"
        for prefix, rows in (("bands", BANDS), ("steps", STEPS)):
            if prefix in wanted:
                for row in range(rows):
                    self.fields[f"{prefix}_{row}_at"] = _whole(f"第{row + 1}档", 0)
                    self.fields[f"{prefix}_{row}_points"] = points_field(
                        f"第{row + 1}档的分", min_value=Decimal(0), required=False
                    )

    def _offer_counts(self, level: int) -> None:
        counts = count_choices(self.chosen_source, level, self.labels)
        # A count from elsewhere that the item has had all along stays.
        kept = [self.initial.get(name) for name in ("numerator", "denominator")]
        known = {name for name, _label in counts}
        if self.initial.get("source") == self.chosen_source:
            counts += [
                (name, fact(name, self.labels).label) for name in kept if name and name not in known
            ]
        self._choices("numerator", [("", "请选择"), *counts])
        self._choices("denominator", [("", "固定数"), *counts])
        every = [(name, each.label) for name, each in FACTS.items() if _has_level(name, level)]
        self._choices("needs", [("", "不要求"), *every])

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        if name in self.fields:
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    @property
    def rule_fields(self) -> list[Any]:
        """The fields of the shape, rows of bands left out."""
        return [self[name] for name in SHAPE_FIELDS[self.chosen_shape] if name in self.fields]

    @property
    def shape_help(self) -> str:
        return SHAPE_HELP[self.chosen_shape]

    @property
    def band_rows(self) -> list[tuple[Any, Any]]:
        return self._rows("bands", BANDS)

    @property
    def step_rows(self) -> list[tuple[Any, Any]]:
        return self._rows("steps", STEPS)

    def _rows(self, prefix: str, count: int) -> list[tuple[Any, Any]]:
        if f"{prefix}_0_at" not in self.fields:
            return []
        return [
            (self[f"{prefix}_{row}_at"], self[f"{prefix}_{row}_points"]) for row in range(count)
        ]

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        for prefix, count in (("bands", BANDS), ("steps", STEPS)):
            for row in range(count if f"{prefix}_0_at" in self.fields else 0):
                pair = [values.get(f"{prefix}_{row}_{part}") for part in ("at", "points")]
                if (pair[0] is None) != (pair[1] is None):
                    self.add_error(f"{prefix}_{row}_points", f"第{row + 1}档要两格都填，或都空着。")
        fixed = "fixed" in self.fields and not values.get("denominator")
        if fixed and not values.get("fixed") and "fixed" not in self.errors:
            if self._may_stand_alone:
                values["fixed"] = 1
            else:
                self.add_error("denominator", "请选一个计数作分母，或填固定数。")
        if values.get("limit") == "cap" and not values.get("cap") and "cap" not in self.errors:
            self.add_error("cap", "请填最多扣多少分。")
        self._check_each(values)
        return values

    @property
    def _may_stand_alone(self) -> bool:
        is_counted = self.chosen_shape == RuleShape.BANDS and self.cleaned_data.get("counted")
        return self.chosen_shape == RuleShape.LAST_YEAR or bool(is_counted)

    def _check_each(self, values: Mapping[str, Any]) -> None:
        if "each" not in self.fields or values.get("each") or "each" in self.errors:
            return
        if not self._pairs("steps"):
            self.add_error("each", f"请填“{self.fields['each'].label}”多少分。")

    def _pairs(self, prefix: str) -> list[list[int]]:
        values = self.cleaned_data
        count = (BANDS if prefix == "bands" else STEPS) if f"{prefix}_0_at" in self.fields else 0
        pairs = (
            (values.get(f"{prefix}_{row}_at"), values.get(f"{prefix}_{row}_points"))
            for row in range(count)
        )
        return [[at, hundredths(off)] for at, off in pairs if at is not None and off is not None]

    def text(self) -> ItemText:
        values = self.cleaned_data
        points = hundredths(values.get("points"))
        text = ItemText(
            section=values["section"],
            name=values["name"],
            source=values["source"],
            shape=values["shape"],
            points=points,
            parameters=self._parameters(points),
            clause=values["clause"],
        )
        return text if text.clause else self.with_clause(text)

    def with_clause(self, text: ItemText) -> ItemText:
        """The same with the clause that follows from the rule."""
        item = {"shape": text.shape, "points": text.points, "parameters": text.parameters}
        clause = clause_of(item, self.labels)
        return ItemText(
            text.section, text.name, text.source, text.shape, text.points, text.parameters, clause
        )

    def _parameters(self, points: int) -> dict[str, Any]:
        """Only what the shape knows and what says something."""
        values = self.cleaned_data
        found: dict[str, Any] = {"numerator": values["numerator"]}
        if "denominator" in self.fields:
            found["denominator"] = values["denominator"] or values["fixed"]
        usual = {"target": 100, "minimum": 1, "within": 0, "change": 0}
        found |= {
            name: values[name]
            for name, default in usual.items()
            if values.get(name) not in (None, default)
        }
        names = ("direction", "of", "grade", "needs")
        found |= {name: values[name] for name in names if values.get(name)}
        pairs = {prefix: self._pairs(prefix) for prefix in ("bands", "steps")}
        found |= {prefix: rows for prefix, rows in pairs.items() if rows}
        return found | self._deductions(points)

    def _deductions(self, points: int) -> dict[str, Any]:
        values = self.cleaned_data
        found: dict[str, Any] = {}
        if values.get("each"):
            found["each"] = hundredths(values["each"])
        if values.get("counted"):
            found |= {"counted": True, "denominator": 1}
        if values.get("limit") == "none":
            found["uncapped"] = True
        elif values.get("limit") == "cap":
            found["cap"] = min(points, hundredths(values["cap"]))
        return found


def shown(item: ScoreItem) -> dict[str, Any]:
    """A saved item as the form shows it."""
    parameters = item_values(item)["parameters"]
    denominator = parameters.get("denominator", "")
    found: dict[str, Any] = {
        **{name: getattr(item, name) for name in ("source", "shape", "section", "name", "clause")},
        "points": decimal_points(item.points),
        "version": item.scheme.revision,
        "denominator": denominator if isinstance(denominator, str) else "",
        "fixed": denominator if isinstance(denominator, int) else None,
        "limit": _limit(parameters),
        "target": 100,
        "minimum": 1,
        "within": 0,
        "change": 0,
    }
    for name in ("numerator", "needs", "target", "minimum", "within", "change", "counted"):
        if name in parameters:
            found[name] = parameters[name]
    for name in ("direction", "of", "grade"):
        if parameters.get(name):
            found[name] = parameters[name]
    for name in ("each", "cap"):
        if name in parameters:
            found[name] = decimal_points(parameters[name])
    for prefix in ("bands", "steps"):
        for row, (at, points) in enumerate(parameters.get(prefix, [])):
            found[f"{prefix}_{row}_at"] = at
            found[f"{prefix}_{row}_points"] = decimal_points(points)
    return found


def _limit(parameters: Mapping[str, Any]) -> str:
    if parameters.get("uncapped"):
        return "none"
    return "cap" if "cap" in parameters else "points"
