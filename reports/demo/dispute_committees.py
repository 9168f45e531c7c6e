"""Made-up committees, mediators and trainings, the county's terms and rates of subsidies."""

from __future__ import annotations

import datetime as dt
from random import Random

from disputes.enums import AgreementForm, CommitteeKind, TermKind
from disputes.models import (
    Committee,
    DisputeSettings,
    DisputeTerm,
    Mediator,
    SubsidyRate,
    Training,
)
from disputes.services.mediators import mediator_realm
from pingan.enums import Level
from pingan.models import Unit, User
from pingan.privacy import Sealed, blind_index
from reports.demo import dispute_texts as texts

# 元 a case, by scale; oral agreements, and cases without a scale, have one rate.
ORAL_YUAN, WRITTEN_ANY_YUAN = 50, 150
WRITTEN_YUAN = {"individual": 150, "general": 200, "large": 300, "major": 500}
TERM = 3 * 365
KINDS = {
    Level.COUNTY: (CommitteeKind.CENTRE, "矛盾纠纷联合调处中心", "联调"),
    Level.TOWNSHIP: (CommitteeKind.TOWNSHIP, "人民调解委员会", "人调"),
    Level.VILLAGE: (CommitteeKind.VILLAGE, "人民调解委员会", "人调"),
}
INDUSTRIES = (("医疗纠纷", "医调"), ("道路交通事故纠纷", "交调"), ("劳动人事争议", "劳调"))


def load_settings(county: Unit) -> DisputeSettings:
    """The law's terms; subsidies by form and scale."""
    terms, _is_new = DisputeSettings.objects.get_or_create(county=county)
    scales = DisputeTerm.objects.filter(county=None, kind=TermKind.SCALE)
    rates: list[tuple[AgreementForm, DisputeTerm | None, int]] = [
        (AgreementForm.ORAL, None, ORAL_YUAN),
        (AgreementForm.WRITTEN, None, WRITTEN_ANY_YUAN),
    ]
    rates += [(AgreementForm.WRITTEN, scale, WRITTEN_YUAN[scale.code]) for scale in scales]
    SubsidyRate.objects.bulk_create(
        SubsidyRate(
            county=county, form=form, scale=scale, amount=amount * 100, document=texts.DOCUMENT
        )
        for form, scale, amount in rates
    )
    return terms


def load_committees(
    county: Unit, units: list[Unit], clerks: dict[int, User], today: dt.date
) -> None:
    """The centre, the industries', every township's and most villages', with their mediators."""
    dice = Random(f"committees {county.code}")
    found = [_committee(county, KINDS[Level.COUNTY], dice, today)]
    for name, code in INDUSTRIES:
        kind = (CommitteeKind.INDUSTRY, f"{name}人民调解委员会", code)
        found.append(_committee(county, kind, dice, today))
    for place, unit in enumerate(units):
        if unit.level == Level.TOWNSHIP:
            found.append(_committee(unit, KINDS[Level.TOWNSHIP], dice, today))
            if place % 3 == 0:
                kind = (CommitteeKind.ASSOCIATION, "和事佬协会", "和事")
                found.append(_committee(unit, kind, dice, today))
        elif dice.random() < 0.8:
            found.append(_committee(unit, KINDS[Level.VILLAGE], dice, today))
    Committee.objects.bulk_create(found)
    _load_mediators(county, found, clerks, dice)


def _committee(
    unit: Unit, kind: tuple[CommitteeKind, str, str], dice: Random, today: dt.date
) -> Committee:
    """In its term; of twenty one is over it, and one has no woman, so that the page says so."""
    what, name, code = kind
    over = dice.random() < 0.05
    starts_on = today - dt.timedelta(days=TERM + 40 if over else dice.randrange(60, TERM - 60))
    starts_on = starts_on.replace(day=1)
    members = dice.choice((3, 5, 5, 7))
    return Committee(
        unit=unit,
        kind=what,
        name=f"{unit.name}{name}",
        code=f"{unit.short_name[:6]}{code}",
        members=members,
        women=0 if dice.random() < 0.05 else dice.randrange(1, members // 2 + 1),
        founded_on=dt.date(dice.randrange(2011, 2021), dice.randrange(1, 13), 1),
        term_starts_on=starts_on,
        term_ends_on=starts_on.replace(year=starts_on.year + 3),
    )


def _load_mediators(
    county: Unit, committees: list[Committee], clerks: dict[int, User], dice: Random
) -> None:
    """演示调解员001 …; in every third village the clerk mediates with the own account."""
    people: list[Mediator] = []
    for place, committee in enumerate(committees):
        is_big = committee.kind not in (CommitteeKind.VILLAGE, CommitteeKind.ASSOCIATION)
        for number in range(1, dice.randrange(3, 6) if is_big else 3):
            name = f"演示调解员{len(people) + 1:03d}"
            is_clerk = committee.kind == CommitteeKind.VILLAGE and number == 1 and place % 3 == 0
            people.append(
                Mediator(
                    committee=committee,
                    number=f"{number:02d}",
                    name=Sealed.of(name),
                    name_index=blind_index(name, realm=mediator_realm(county.pk)),
                    is_full_time=is_big and number <= 2,
                    account=clerks.get(committee.unit_id) if is_clerk else None,
                    starts_on=committee.term_starts_on,
                )
            )
    Mediator.objects.bulk_create(people)


def load_trainings(
    county: Unit, units: list[Unit], clerks: dict[int, User], first: dt.date, today: dt.date
) -> None:
    """The county's twice a year, a township's now and then: how many came, not who."""
    dice = Random(f"trainings {county.code}")
    span = max((today - first).days, 1)
    rows = []
    for unit in [county, county, *(each for each in units if each.level == Level.TOWNSHIP)]:
        topic, hours = dice.choice(texts.TRAININGS)
        rows.append(
            Training(
                unit=unit,
                on=first + dt.timedelta(days=dice.randrange(span)),
                topic=topic,
                hours=hours,
                attendance=dice.randrange(60, 140) if unit == county else dice.randrange(8, 30),
                recorded_by=clerks.get(unit.pk),
            )
        )
    Training.objects.bulk_create(rows)
