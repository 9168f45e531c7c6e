"""Whether a printed code belongs to an edition, and whether its data still are what was frozen."""

from __future__ import annotations

from dataclasses import dataclass

from assessments.models import Edition
from assessments.services.closing import hash_from_database
from pingan.models import User
from reports.models import Bulletin


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to a code, as a sentence."""

    is_good: bool
    text: str


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
