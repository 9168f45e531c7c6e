"""What a county sets, as it is typed."""

from __future__ import annotations

from typing import Any

from django import forms

from disputes.enums import AgreementForm, TermKind
from disputes.forms.fields import MoneyField, fen, line, yuan
from disputes.models import DisputeSettings, DisputeTerm, SubsidyRate
from disputes.selectors.terms import terms_of
from disputes.services.settings import DAYS, shown_days, shown_rate


class _Based(forms.Form):
    base = forms.CharField(required=False, widget=forms.HiddenInput)


class DaysForm(_Based):
    """Terms of days, and how long names are kept."""

    settle_days = forms.IntegerField(
        label="调解期限（天）",
        min_value=1,
        max_value=365,
        help_text="从受理起算；《人民调解工作若干规定》第三十三条一般为一个月。",
    )
    level_days = forms.IntegerField(
        label="每级办理期限（天）",
        min_value=1,
        max_value=90,
        help_text="四级七天：每一级办这么多天，期满没有化解的自动上报一级。",
    )
    follow_days = forms.IntegerField(
        label="协议后几天内回访", min_value=1, max_value=365, help_text="从协议生效起算。"
    )
    keep_years = forms.IntegerField(
        label="结案后姓名保存年数",
        min_value=1,
        max_value=30,
        help_text="期满自动销毁当事人姓名、住址和卷宗内容，件数和结果保留。",
    )

    def __init__(self, *args: Any, saved: DisputeSettings, **kwargs: Any) -> None:
        start = {name: getattr(saved, name) for name in DAYS} | {"base": shown_days(saved)}
        kwargs.setdefault("initial", start)
        super().__init__(*args, **kwargs)

    def days(self) -> dict[str, int]:
        return {name: self.cleaned_data[name] for name in DAYS}


class TermForm(_Based):
    """The name of an entry; the base is the name that was shown."""

    name = line("名称", 30)


class RateForm(_Based):
    """What one case brings."""

    form = forms.ChoiceField(label="协议形式", choices=AgreementForm.choices)
    scale = forms.ModelChoiceField(
        label="规模",
        queryset=DisputeTerm.objects.none(),
        required=False,
        empty_label="各种规模",
        help_text="单列了规模的，按单列的标准；没有单列的，按“各种规模”。",
    )
    amount = MoneyField(label="每件补贴（元）")
    document = line("依据文件", 100, help_text="如“彝财行〔2026〕12号”。")

    def __init__(
        self, *args: Any, county_id: int, rate: SubsidyRate | None = None, **kwargs: Any
    ) -> None:
        if rate is not None:
            kwargs.setdefault("initial", shown_rate_fields(rate))
        super().__init__(*args, **kwargs)
        if rate is not None:
            del self.fields["form"], self.fields["scale"]
            return
        field = self.fields["scale"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = terms_of(county_id, TermKind.SCALE)

    @property
    def fen(self) -> int:
        return fen(self.cleaned_data["amount"]) or 0


def shown_rate_fields(rate: SubsidyRate) -> dict[str, Any]:
    return {"amount": yuan(rate.amount), "document": rate.document, "base": shown_rate(rate)}
