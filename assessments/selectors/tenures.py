"""The register of tenures: who held which leading post of which unit, and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from assessments.models import PostTenure
from assessments.tenures import Term
from pingan.models import Unit, User

USUAL_POSTS = ("党委书记", "乡镇长", "分管副职", "党(工)委书记", "局长", "党支部书记", "村委会主任")


def tenures(user: User, chosen: Mapping[str, Any], today: dt.date) -> QuerySet[PostTenure]:
    """What this person may see, narrowed by unit, holder and whether the post is held today."""
    rows = PostTenure.objects.visible_to(user).select_related("unit__parent")
    if chosen.get("text"):
        text = chosen["text"]
        rows = rows.filter(
            Q(unit__name__icontains=text) | Q(holder__icontains=text) | Q(post__icontains=text)
        )
    if chosen.get("state") == "now":
        rows = rows.on(today)
    elif chosen.get("state") == "past":
        rows = rows.filter(ends_on__lte=today)
    tree = ("unit__level", "unit__parent__position", "unit__position", "unit__code")
    return rows.order_by(*tree, "post", "-starts_on")


def term_of(tenure: PostTenure) -> Term:
    return Term(tenure.starts_on, tenure.ends_on)


def overlapping(unit: Unit, post: str, term: Term, but: int | None = None) -> PostTenure | None:
    """Another tenure of the same post of the unit on some day of the term. One query."""
    rows = PostTenure.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=term.starts_on), unit=unit, post=post
    )
    if but is not None:
        rows = rows.exclude(pk=but)
    if term.ends_on is not None:
        rows = rows.filter(starts_on__lt=term.ends_on)
    return rows.order_by("starts_on").first()


def known_posts(user: User) -> list[str]:
    """Posts to suggest: the usual ones and those already entered. One query."""
    found = PostTenure.objects.visible_to(user).order_by("post").values_list("post", flat=True)
    return list(dict.fromkeys([*USUAL_POSTS, *found.distinct()]))
