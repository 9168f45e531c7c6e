"""The agreement, its performance, its judicial confirmation."""

from __future__ import annotations

from typing import Any

from django import forms

from disputes.enums import AgreementForm
from disputes.forms.fields import DayField, MoneyField, fen, line, text, yuan
from disputes.forms.files import NO_NAMES, DatedForm, upload_field
from disputes.models import Agreement
from disputes.services.agreements import Terms
from disputes.statute import AgreementFacts

SIGNED = ("is_signed_by_parties", "is_signed_by_mediator", "is_sealed")


class AgreementTermsForm(forms.Form):
    """The statutory items; one that is missing may be filled in later."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    form = forms.ChoiceField(label="形式", choices=AgreementForm.choices, widget=forms.RadioSelect)
    agreed_on = DayField(label="达成日期")
    facts = text(
        "主要事实、争议事项和各方责任",
        4000,
        rows=5,
        required=False,
        help_text="加密保存，只有承办人看得到；可以写姓名。",
    )
    content = text("协议内容", 4000, rows=5, required=False, help_text="加密保存，可以写姓名。")
    manner = line("履行方式", 100, required=False, help_text="如“一次付清”“当场道歉”，不写姓名。")
    place = line("履行地点", 60, required=False, help_text="如“村委会”；口头协议可以不填。")
    amount = MoneyField(label="给付金额（元）", required=False)
    perform_by = DayField(label="履行期限", required=False)
    is_signed_by_parties = forms.BooleanField(
        label="各方当事人已签名、盖章或者按指印", required=False
    )
    is_signed_by_mediator = forms.BooleanField(label="调解员已签名", required=False)
    is_sealed = forms.BooleanField(label="已加盖调解委员会印章", required=False)
    effective_on = DayField(
        label="生效日期",
        required=False,
        help_text="书面协议自各方签名、调解员签名并盖章之日起生效；口头协议自达成之日起生效，不用填。",
    )

    def terms(self) -> Terms:
        """What the form says, for the services."""
        data = self.cleaned_data
        return Terms(
            **{name: data[name] for name in ("agreed_on", "facts", "content", "manner", "place")},
            **{name: data[name] for name in ("perform_by", "effective_on", *SIGNED)},
            form=AgreementForm(data["form"]),
            amount=fen(data["amount"]),
        )

    def items(self, party_count: int) -> AgreementFacts:
        """What is there of the statutory items, as far as it can be read."""
        self.is_valid()
        data = self.cleaned_data
        signed = {name: bool(data.get(name)) for name in SIGNED}
        return AgreementFacts(
            form=AgreementForm(data.get("form") or AgreementForm.WRITTEN),
            party_count=party_count,
            has_facts=bool(data.get("facts")),
            has_content=bool(data.get("content")),
            manner=data.get("manner", ""),
            place=data.get("place", ""),
            perform_by=data.get("perform_by"),
            **signed,
        )


def shown_terms(agreement: Agreement) -> dict[str, Any]:
    """An agreement as the form shows it. Opens sealed texts: for the handler alone."""
    plain = ("form", "agreed_on", "manner", "place", "perform_by", "effective_on", *SIGNED)
    return {
        **{name: getattr(agreement, name) for name in plain},
        "facts": agreement.facts.reveal(),
        "content": agreement.content.reveal(),
        "amount": yuan(agreement.amount),
        "version": agreement.version,
    }


class PerformanceForm(DatedForm):
    """One act of performance."""

    what = line("履行情况", 200, help_text=f"如“付清第一笔”“拆除围墙”。{NO_NAMES}")
    amount = MoneyField(label="金额（元）", required=False)
    upload = upload_field("收条、照片等凭证")
    is_all = forms.BooleanField(
        label="至此全部履行完毕", required=False, help_text="勾选后不能再改协议、再登记履行。"
    )


class AskForm(DatedForm):
    """Both parties ask the court."""

    court = line("受理法院", 40)


class RulingForm(DatedForm):
    """What the court has ruled."""

    is_confirmed = forms.TypedChoiceField(
        label="裁定结果",
        choices=[("1", "确认有效"), ("0", "不予确认（驳回申请）")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
