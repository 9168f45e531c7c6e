"""Whether a printed code belongs to an edition, and whether its data still are what was frozen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.cache import cache
from django.utils import timezone

from assessments.models import Edition
from assessments.services.closing import hash_from_database
from pingan.models import User
from reports.models import Bulletin


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to a code, as a sentence."""

    is_good: bool
    text: str


@dataclass(frozen=True, slots=True)
class PublicVerdict:
    """What anybody may know of a printed code; a code that is unknown says nothing at all."""

    is_good: bool
    text: str
    county_name: str = ""
    month_label: str = ""
    number: int = 0
    issued_on: dt.date | None = None
    is_replaced: bool = False


PUBLIC_SECONDS = 60  # so long an answer is kept: nobody keeps the machine busy with one code


def verify_publicly(code: str) -> PublicVerdict:
    """The published edition that the code belongs to, of whatever county."""
    editions = Edition.objects.published().filter(hash__startswith=code)
    edition = editions.select_related("county", "bulletin").first()
    if edition is None:
        return PublicVerdict(False, "没有这个校验码：不属于任何一份已公布的文件，请核对是否抄错。")
    key = f"verified-{edition.pk}"
    is_same = cache.get(key)
    if is_same is None:
        is_same = hash_from_database(edition) == edition.hash
        cache.set(key, is_same, PUBLIC_SECONDS)
    bulletin = getattr(edition, "bulletin", None)
    assert edition.published_at is not None
    return PublicVerdict(
        is_good=is_same,
        text="一致：这份文件的数据与公布时相同。"
        if is_same
        else "数据与公布时不同，请向发文机关核实。",
        county_name=edition.county.name,
        month_label=edition.month.label,
        number=edition.number,
        issued_on=bulletin.issued_on if bulletin else timezone.localdate(edition.published_at),
        is_replaced=_is_replaced(edition),
    )


def _is_replaced(edition: Edition) -> bool:
    """By a later edition that is out; one that still waits is nobody's business yet."""
    later = Edition.objects.published().filter(
        county=edition.county_id, month=edition.month, number__gt=edition.number
    )
    return later.exists()


def verify_code(*, user: User, code: str, bulletin: Bulletin | None = None) -> Verdict:
    """Compare the code with the bulletin's edition, or with every edition of the county.

    The hash is computed again from the stored rows: a match says that they are unchanged.
    """
    editions = Edition.objects.visible_to(user).filter(hash__startswith=code)
    if bulletin is not None:
        editions = editions.filter(pk=bulletin.edition_id)
    edition = editions.select_related("county", "bulletin").first()
    if edition is None:
        where = "这份通报" if bulletin else "本县已公布的任何一版"
        return Verdict(
            False, f"不一致：校验码 {code} 不属于{where}，请核对是否抄错，或纸件是否被改动。"
        )
    named = f"{edition.month.label}第{edition.number}版"
    if hash_from_database(edition) != edition.hash:
        return Verdict(False, f"校验码属于{named}，但系统中的数据与当时不同，请联系系统管理员。")
    text = f"一致：校验码属于{named}，已按系统中的数据重新计算，数据没有变动。"
    if not edition.is_current:
        text += "注意：此版已被后来的更正版次代替。"
    return Verdict(True, text)
