"""What a case's file holds (D4, D8): records, agreement, performance, follow-up, subsidy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from disputes.enums import (
    AgreementForm,
    ClaimState,
    ConfirmationState,
    RecordKind,
    Satisfaction,
)
from disputes.models.cases import Dispute
from disputes.models.committees import Mediator
from pingan import scopes
from pingan.fields import MonthField, SealedField, person_field
from pingan.models import StoredFile
from pingan.privacy import Sealed

if TYPE_CHECKING:
    from pingan.models import User


class MediationRecord(models.Model):
    """调解记录 and its kin: what happened on a day. The text may name parties and is sealed."""

    dispute = models.ForeignKey(
        Dispute, models.CASCADE, related_name="records", verbose_name="纠纷"
    )
    kind = models.CharField("种类", max_length=14, choices=RecordKind)
    on = models.DateField("日期")
    place = models.CharField("地点", max_length=60, blank=True)
    attending = models.CharField("参加人员（身份）", max_length=120, blank=True)
    text = SealedField("内容", default=Sealed, blank=True)
    file = models.ForeignKey(
        StoredFile, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="附件"
    )
    recorded_at = models.DateTimeField("录入时间", auto_now_add=True)
    recorded_by = person_field("记录人")
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "调解记录"
        ordering = ["on", "pk"]

    def __str__(self) -> str:
        return f"{self.on} {self.get_kind_display()}"


class Agreement(models.Model):
    """调解协议 (Law §28–33, 司法部令第75号 §34–36): its statutory items, and its confirmation."""

    dispute = models.OneToOneField(
        Dispute, models.CASCADE, related_name="agreement", verbose_name="纠纷"
    )
    form = models.CharField("形式", max_length=8, choices=AgreementForm)
    agreed_on = models.DateField("达成日期")
    facts = SealedField("主要事实、争议事项和各方责任", default=Sealed, blank=True)
    content = SealedField("协议内容", default=Sealed, blank=True)
    manner = models.CharField("履行方式", max_length=100, blank=True)
    place = models.CharField("履行地点", max_length=60, blank=True)
    amount = models.PositiveBigIntegerField("给付金额（分）", null=True, blank=True)
    perform_by = models.DateField("履行期限", null=True, blank=True)
    is_signed_by_parties = models.BooleanField("各方当事人已签名盖章或按指印", default=False)
    is_signed_by_mediator = models.BooleanField("调解员已签名", default=False)
    is_sealed = models.BooleanField("已加盖调解委员会印章", default=False)
    effective_on = models.DateField("生效日期", null=True, blank=True)
    performed_on = models.DateField("履行完毕日期", null=True, blank=True)
    confirmation = models.CharField(
        "司法确认", max_length=10, choices=ConfirmationState, default=ConfirmationState.NONE
    )
    confirmation_asked_on = models.DateField("申请司法确认日期", null=True, blank=True)
    court = models.CharField("受理法院", max_length=40, blank=True)
    confirmed_on = models.DateField("司法确认裁定日期", null=True, blank=True)
    recorded_by = person_field("录入人")
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "调解协议"
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_on=None) | Q(effective_on__gte=F("agreed_on")),
                name="agreement_effective_after_agreed",
            ),
            models.CheckConstraint(
                condition=Q(performed_on=None) | Q(performed_on__gte=F("agreed_on")),
                name="agreement_performed_after_agreed",
            ),
            models.CheckConstraint(
                condition=Q(confirmation=ConfirmationState.NONE)
                | Q(confirmation_asked_on__isnull=False),
                name="agreement_confirmation_has_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dispute} 协议"


class Performance(models.Model):
    """履行凭证: one act of performance."""

    agreement = models.ForeignKey(
        Agreement, models.CASCADE, related_name="performances", verbose_name="调解协议"
    )
    on = models.DateField("履行日期")
    what = models.CharField("履行情况", max_length=200)
    amount = models.PositiveBigIntegerField("金额（分）", null=True, blank=True)
    file = models.ForeignKey(
        StoredFile, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="附件"
    )
    recorded_by = person_field("录入人")

    class Meta:
        verbose_name = "履行凭证"
        ordering = ["on", "pk"]

    def __str__(self) -> str:
        return f"{self.on} {self.what}"


class FollowVisit(models.Model):
    """回访 after the agreement (Law §31): performance, satisfaction, signs of flaring up."""

    dispute = models.ForeignKey(Dispute, models.CASCADE, related_name="visits", verbose_name="纠纷")
    on = models.DateField("回访日期")
    is_performed = models.BooleanField("已履行")
    satisfaction = models.CharField("满意程度", max_length=12, choices=Satisfaction)
    is_flaring_up = models.BooleanField("有激化苗头", default=False)
    text = SealedField("回访情况", default=Sealed, blank=True)
    recorded_by = person_field("回访人")

    class Meta:
        verbose_name = "回访记录"
        ordering = ["on", "pk"]

    def __str__(self) -> str:
        return f"{self.on} 回访"


class SubsidyClaimQuerySet(models.QuerySet["SubsidyClaim"]):
    def visible_to(self, user: User) -> Self:
        """Of the own tree's cases, and of the own tree's mediators wherever they mediated."""
        return self.filter(
            scopes.record_scope(user, "dispute__unit__path")
            | scopes.record_scope(user, "mediator__committee__unit__path")
        )


class SubsidyClaim(models.Model):
    """以案定补: a subsidy for one closed case whose file is complete. Money in 分."""

    dispute = models.OneToOneField(
        Dispute, models.PROTECT, related_name="claim", verbose_name="纠纷"
    )
    mediator = models.ForeignKey(
        Mediator, models.PROTECT, related_name="claims", verbose_name="调解员"
    )
    month = MonthField(verbose_name="月份")
    amount = models.PositiveIntegerField("金额（分）")
    state = models.CharField("状态", max_length=10, choices=ClaimState, default=ClaimState.CLAIMED)
    claimed_at = models.DateTimeField("申报时间", auto_now_add=True)
    claimed_by = person_field("申报人")
    decided_at = models.DateTimeField("审核时间", null=True, blank=True)
    decided_by = person_field("审核人")
    reason = models.CharField("审核意见", max_length=200, blank=True)
    paid_on = models.DateField("发放日期", null=True, blank=True)

    objects = SubsidyClaimQuerySet.as_manager()

    class Meta:
        verbose_name = "以案定补"
        ordering = ["-month", "-pk"]
        indexes = [models.Index(fields=["month", "mediator"], name="subsidy_claim_month")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=ClaimState.REFUSED) | ~Q(reason=""),
                name="subsidy_claim_refused_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=ClaimState.PAID) | Q(paid_on__isnull=False),
                name="subsidy_claim_paid_has_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dispute} {self.amount}"
