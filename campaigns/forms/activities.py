"""One row of each activity."""

from __future__ import annotations

from typing import Any

from django import forms

from campaigns.enums import Activity, EducationKind, MeetingKind, SweepAnswer, Team
from campaigns.forms.fields import CountField, DayField, LineField
from campaigns.forms.rows import RowForm
from pingan.months import Month


class PatrolRow(RowForm):
    """One day. Blank heads: nobody filled the day in; 0: nobody went."""

    content = ("day_heads", "night_heads", "findings", "handled")
    needed = ("team",)

    team = forms.ChoiceField(
        label="队伍", choices=Team.choices, initial=Team.VOLUNTEER, required=False
    )
    day_heads = CountField(label="白天人数", largest=9999)
    night_heads = CountField(label="夜间人数", largest=9999)
    findings = LineField(label="发现情况", longest=200)
    handled = LineField(label="处置情况", longest=200)

    def check(self) -> None:
        data = self.cleaned_data
        if data["day_heads"] is None and data["night_heads"] is None:
            self.add_error("day_heads", "写了情况，请同时填白天或夜间人数。")


class DatedRow(RowForm):
    """A row of a free list: has a date in the month, may be deleted."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    DELETE = forms.BooleanField(label="删除", required=False)

    def __init__(self, *args: Any, month: Month, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.month = month
        attrs = self.fields["on"].widget.attrs
        attrs["min"], attrs["max"] = str(month.first_day), str(month.last_day)

    def check(self) -> None:
        if not self.month.first_day <= self.cleaned_data["on"] <= self.month.last_day:
            self.add_error("on", f"日期应在{self.month.label}内。")

    def row(self) -> dict[str, Any]:
        values = super().row()
        values.pop("DELETE")
        return {**values, "pk": values.pop("id")}

    @property
    def is_deleted(self) -> bool:
        return bool(self.cleaned_data.get("DELETE"))

    def clean(self) -> dict[str, Any]:
        """A row that is to go need not be right."""
        if self.is_deleted:
            self.errors.clear()
            return self.cleaned_data
        return super().clean()


class EducationRow(DatedRow):
    content = ("on", "topic", "host_post", "audience")
    needed = ("on", "kind", "topic")

    on = DayField(label="日期")
    kind = forms.ChoiceField(label="形式", choices=EducationKind.choices, required=False)
    topic = LineField(label="法律或主题", longest=80)
    topic.widget.attrs["list"] = "laws"
    host_post = LineField(label="主讲人职务", longest=40)
    audience = CountField(label="受众人数")

    def row(self) -> dict[str, Any]:
        values = super().row()
        return {**values, "audience": values["audience"] or 0}


class MeetingRow(DatedRow):
    content = ("on", "chair_post", "attendance", "items", "decisions")
    needed = ("on", "kind", "chair_post", "attendance", "items")

    on = DayField(label="日期")
    kind = forms.ChoiceField(label="会议", choices=MeetingKind.choices, required=False)
    chair_post = LineField(label="主持人职务", longest=40)
    attendance = CountField(label="到会人数", largest=99_999)
    items = LineField(label="议题", longest=500, rows=2)
    decisions = LineField(label="议定事项", longest=500, rows=2)


class SweepRow(RowForm):
    """One category, counts only. Left blank it is 空, which is not 零报告."""

    SOLVED = ("solved_in_group", "solved_in_village", "solved_in_township", "solved_in_county")
    content = ("answer", "found", *SOLVED)

    answer = forms.ChoiceField(
        label="填报方式", choices=[("", "未填"), *SweepAnswer.choices], required=False
    )
    found = CountField(label="排查数")
    solved_in_group = CountField(label="组内化解")
    solved_in_village = CountField(label="村内化解")
    solved_in_township = CountField(label="乡镇化解")
    solved_in_county = CountField(label="县级化解")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Zero and 不适用 have no figures; a row of noughts would make them look alike.
        if self.initial.get("answer") in (SweepAnswer.ZERO, SweepAnswer.NOT_APPLICABLE):
            noughts = [name for name in ("found", *self.SOLVED) if self.initial.get(name) == 0]
            self.initial = {**self.initial, **dict.fromkeys(noughts)}

    def check(self) -> None:
        data = self.cleaned_data
        found, solved = data["found"] or 0, sum(data[name] or 0 for name in self.SOLVED)
        if not data["answer"]:
            data["answer"] = SweepAnswer.COUNTED if found or solved else SweepAnswer.ZERO
        if data["answer"] == SweepAnswer.COUNTED and not found:
            self.add_error("found", "选了“有数”，排查数至少是1；确实没有，请选“零报告”。")
        elif data["answer"] != SweepAnswer.COUNTED and (found or solved):
            label = SweepAnswer(data["answer"]).label
            self.add_error("answer", f"选了“{label}”，后面的数字应当留空或填0。")
        elif solved > found:
            self.add_error("found", f"各级化解合计{solved}，多于排查数{found}。")

    def row(self) -> dict[str, Any]:
        numbers = {name: self.cleaned_data[name] or 0 for name in ("found", *self.SOLVED)}
        return {"answer": self.cleaned_data["answer"], **numbers}

    @property
    def open_matters(self) -> int | str:
        """Found less solved, of what the row shows now; empty while it is not numbers."""
        texts = [str(self[name].value() or 0) for name in ("found", *self.SOLVED)]
        if not all(map(str.isdecimal, texts)):
            return ""
        found, *solved = map(int, texts)
        return found - sum(solved) if found else ""


class GroupRow(RowForm):
    COUNTS = ("patrol_nights", "briefs", "found", "solved")
    content = (*COUNTS, "appraisal")

    patrol_nights = CountField(label="轮班巡逻夜数", largest=31)
    briefs = CountField(label="碰头会次数", largest=99)
    found = CountField(label="排查数")
    solved = CountField(label="化解数")
    appraisal = CountField(label="评议分", largest=100)

    def check(self) -> None:
        found, solved = self.cleaned_data["found"] or 0, self.cleaned_data["solved"] or 0
        if solved > found:
            self.add_error("solved", f"化解数{solved}多于排查数{found}。")

    def row(self) -> dict[str, Any]:
        numbers = {name: self.cleaned_data[name] or 0 for name in self.COUNTS}
        return {**numbers, "appraisal": self.cleaned_data["appraisal"]}


ROW_FORMS: dict[Activity, type[RowForm]] = {
    Activity.PATROL: PatrolRow,
    Activity.EDUCATION: EducationRow,
    Activity.SWEEP: SweepRow,
    Activity.MEETING: MeetingRow,
    Activity.GROUPS: GroupRow,
}
