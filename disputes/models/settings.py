"""What a county sets for its disputes: lists, terms of days, subsidies."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from disputes.enums import AgreementForm, TermKind
from pingan.models import Unit


class DisputeTerm(models.Model):
    """纠纷字典: one entry of a list (category, scale, source). County null: the common list."""

    county = models.ForeignKey(
        Unit,
        models.PROTECT,
        related_name="dispute_terms",
        null=True,
        blank=True,
        verbose_name="县",
    )
    kind = models.CharField("字典", max_length=10, choices=TermKind)
    code = models.SlugField("代码", max_length=30)
    name = models.CharField("名称", max_length=30)
    position = models.PositiveSmallIntegerField("排序")
    is_active = models.BooleanField("启用", default=True)

    class Meta:
        verbose_name = "纠纷字典"
        ordering = ["kind", "position"]
        constraints = [
            models.UniqueConstraint(fields=["county", "kind", "code"], name="dispute_term_unique"),
            models.UniqueConstraint(
                fields=["kind", "code"],
                condition=Q(county=None),
                name="dispute_term_common_unique",
            ),
        ]

    def __str__(self) -> str:
        return self.name


def _days(name: str, default: int) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(
        name, default=default, validators=[MinValueValidator(1), MaxValueValidator(3650)]
    )


class DisputeSettings(models.Model):
    """纠纷设置 of a county. The law's own terms are defaults; 四级七天 is the county's rule."""

    county = models.OneToOneField(
        Unit, models.PROTECT, related_name="dispute_settings", verbose_name="县"
    )
    settle_days = _days("调解期限（天）", 30)
    level_days = _days("每级办理期限（天）", 7)
    follow_days = _days("协议后几天内回访", 30)
    keep_years = models.PositiveSmallIntegerField(
        "结案后姓名保存年数",
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(30)],
    )

    class Meta:
        verbose_name = "纠纷设置"

    def __str__(self) -> str:
        return f"{self.county}纠纷设置"


class SubsidyRate(models.Model):
    """补贴标准 of a case: by the form of its agreement and its scale. Money in 分."""

    county = models.ForeignKey(
        Unit, models.PROTECT, related_name="subsidy_rates", verbose_name="县"
    )
    form = models.CharField("协议形式", max_length=8, choices=AgreementForm)
    scale = models.ForeignKey(
        DisputeTerm, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="规模"
    )
    amount = models.PositiveIntegerField("每件补贴（分）")
    document = models.CharField("依据文件", max_length=100)

    class Meta:
        verbose_name = "补贴标准"
        ordering = ["form", "scale__position"]
        constraints = [
            models.UniqueConstraint(fields=["county", "form", "scale"], name="subsidy_rate_unique"),
            models.UniqueConstraint(
                fields=["county", "form"],
                condition=Q(scale=None),
                name="subsidy_rate_any_scale_unique",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_form_display()} {self.amount}"
