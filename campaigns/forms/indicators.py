"""Entry of indicators: an answer is a number or 不适用; the catalogue and the forms of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from campaigns.enums import IndicatorDirection, IndicatorKind, PeriodKind
from campaigns.forms.fields import LineField, half_width
from campaigns.models import Indicator
from campaigns.selectors.indicators import ASKED_LEVELS
from campaigns.services.indicator_reports import Answer

# Ways of writing that the question does not arise here.
NOT_APPLICABLE_WORDS = frozenset({"不适用", "无此项", "/", "-", "—", "n/a"})
LARGEST = 10**12
LONGEST_NOTE = 200


class AnswerField(forms.CharField):
    """12, １２, 1,234 or 不适用; nothing typed is 空: None."""

    def __init__(self, *, label: str, **kwargs: Any) -> None:
        widget = forms.TextInput(
            attrs={"inputmode": "numeric", "maxlength": "17", "class": "num", "data-answer": ""}
        )
        super().__init__(label=label, required=False, widget=widget, **kwargs)

    def clean(self, value: Any) -> Answer | None:
        text = half_width(str(value or "")).strip().replace(",", "").replace(" ", "")
        if not text:
            return None
        if text.lower() in NOT_APPLICABLE_WORDS:
            return Answer(None)
        if not re.fullmatch(r"[0-9]{1,13}", text) or int(text) > LARGEST:
            raise ValidationError("请填整数，如 3；没有这项业务的填“不适用”。")
        return Answer(int(text))


class ReportForm(forms.Form):
    """One report: for each count an answer, whether it applies, and a word of explanation."""

    def __init__(self, *args: Any, counts: Sequence[Indicator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.counts = counts
        for each in counts:
            answer = AnswerField(label=each.name)
            answer.widget.attrs["aria-label"] = f"{each.name}（{each.measure}）"
            note = LineField(label="说明", longest=LONGEST_NOTE)
            note.widget.attrs.update({"aria-label": f"{each.name}说明", "maxlength": LONGEST_NOTE})
            absent = forms.BooleanField(required=False)
            absent.widget.attrs["aria-label"] = f"{each.name}不适用"
            self.fields |= {f"a{each.pk}": answer, f"n{each.pk}": note, f"x{each.pk}": absent}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for each in self.counts:
            answer = data.get(f"a{each.pk}")
            if data.get(f"x{each.pk}") and answer is not None and answer.number is not None:
                self.add_error(f"a{each.pk}", "勾了“不适用”，数字应当留空。")
        return data

    def answers(self) -> dict[int, Answer]:
        """What was typed, by indicator."""
        found = {}
        for each in self.counts:
            answer = self.cleaned_data.get(f"a{each.pk}")
            if self.cleaned_data.get(f"x{each.pk}"):
                answer = Answer(None)
            if answer is not None:
                found[each.pk] = Answer(answer.number, self.cleaned_data.get(f"n{each.pk}", ""))
        return found


class GridForm(forms.Form):
    """One unit's row of a grid: the answers only; notes that are saved stay."""

    def __init__(self, *args: Any, counts: Sequence[Indicator], name: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.counts = counts
        self.fields["version"] = forms.IntegerField(widget=forms.HiddenInput)
        for each in counts:
            field = AnswerField(label=each.name)
            field.widget.attrs["aria-label"] = f"{name}{each.name}"
            self.fields[f"a{each.pk}"] = field

    def cells(self) -> Iterable[forms.BoundField]:
        return [self[f"a{each.pk}"] for each in self.counts]

    def answers(self, notes: dict[int, str]) -> dict[int, Answer]:
        """The typed cells that can be read, with the notes that stand beside them."""
        found = {}
        for each in self.counts:
            answer = self.cleaned_data.get(f"a{each.pk}")
            if answer is not None:
                found[each.pk] = Answer(answer.number, notes.get(each.pk, ""))
        return found

    @property
    def typed(self) -> dict[str, str]:
        """What was sent of this row, unread."""
        names = [self.add_prefix(name) for name in self.fields]
        return {name: str(self.data.get(name, "")) for name in names}

    @property
    def faulty(self) -> set[int]:
        """Indicators whose cell cannot be read."""
        return {each.pk for each in self.counts if f"a{each.pk}" in self.errors}


class IndicatorDetailsForm(forms.Form):
    """An indicator of the county's own."""

    name = forms.CharField(label="名称", max_length=40)
    topic = forms.CharField(label="类别", max_length=20)
    measure = forms.CharField(label="计量单位", max_length=10, help_text="如 起、人、元、个")
    direction = forms.ChoiceField(label="好的方向", choices=IndicatorDirection.choices)
    minimum = forms.IntegerField(label="下限", initial=0, min_value=0)
    maximum = forms.IntegerField(
        label="上限", required=False, min_value=0, max_value=LARGEST, help_text="不限则留空"
    )
    is_stock = forms.BooleanField(
        label="期末数",
        required=False,
        help_text="如站点数、人口数：各期不相加，累计取最近一期",
    )
    note = forms.CharField(label="口径", max_length=200, required=False)
    is_active = forms.BooleanField(label="启用", required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        low, high = data.get("minimum"), data.get("maximum")
        if low is not None and high is not None and high < low:
            self.add_error("maximum", "上限不能小于下限。")
        return data


class NewIndicatorForm(IndicatorDetailsForm):
    """What cannot be changed later: code, kind, and of which counts a ratio is made."""

    field_order = ["code", "kind", "numerator", "denominator"]

    code = forms.SlugField(label="代码", max_length=40, help_text="英文字母、数字和下划线")
    kind = forms.ChoiceField(label="类型", choices=IndicatorKind.choices)
    numerator = forms.ModelChoiceField(
        Indicator.objects.none(), label="分子", required=False, help_text="比率才选"
    )
    denominator = forms.ModelChoiceField(
        Indicator.objects.none(), label="分母", required=False, help_text="比率才选"
    )

    def __init__(self, *args: Any, counts: Sequence[Indicator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = Indicator.objects.filter(pk__in=[each.pk for each in counts])
        for name in ("numerator", "denominator"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = choices

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        parts = [data.get("numerator"), data.get("denominator")]
        if data.get("kind") == IndicatorKind.RATIO and not all(parts):
            self.add_error("numerator", "比率由两个计数算出，请选择分子和分母。")
        elif data.get("kind") == IndicatorKind.COUNT and any(parts):
            self.add_error("numerator", "计数没有分子和分母，请留空。")
        return data


class AskForm(forms.Form):
    """指标表: what is asked, of whom, how often, on what basis."""

    code = forms.CharField(label="表号", max_length=20, help_text="如 平综1表")
    name = forms.CharField(label="表名", max_length=40)
    basis = forms.CharField(
        label="依据文件", max_length=80, help_text="文件名称和文号；没有依据的表不能下发"
    )
    period = forms.ChoiceField(label="周期", choices=PeriodKind.choices, initial=PeriodKind.MONTH)
    levels = forms.TypedMultipleChoiceField(
        label="由谁填报",
        choices=[(int(level), name) for level, name in ASKED_LEVELS.items()],
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text="乡镇的数由各村汇总得出，乡镇和村(社区)只能选一级",
    )
    due_days = forms.IntegerField(
        label="期后几日内上报",
        min_value=0,
        max_value=60,
        initial=3,
        help_text="遇节假日按县级设置顺延",
    )
    minutes = forms.IntegerField(label="预计填报分钟数", min_value=1, max_value=600, initial=5)
    indicators = forms.ModelMultipleChoiceField(
        Indicator.objects.none(),
        label="指标",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选一个指标。"},
    )

    def __init__(self, *args: Any, offered: Sequence[Indicator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = list(offered)
        field = self.fields["indicators"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = Indicator.objects.filter(pk__in=[each.pk for each in offered])

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "indicators"}

    def chosen(self) -> list[Indicator]:
        """In the order of the catalogue."""
        picked = {each.pk for each in self.cleaned_data["indicators"]}
        return [each for each in self.offered if each.pk in picked]


class UploadForm(forms.Form):
    file = forms.FileField(label="填好的工作簿（.xlsx）", allow_empty_file=False)
