"""A ledger that was filled in: its columns, and every cell of it judged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django import forms

from disputes.enums import AgreementForm, Channel, DisputeState, PartyRole, TermKind
from disputes.excel.ledgers import NOTES, SHEET, FormColumn
from disputes.forms.cases import CaseFilterForm
from disputes.forms.fields import line
from disputes.forms.ledger_lines import FIRST_DAY, Line, as_words, is_empty
from disputes.models import Committee, DisputeTerm, Mediator
from disputes.selectors import ledgers as columns
from disputes.selectors.registration import committees_for, mediators_for, registering_units
from disputes.selectors.terms import terms_of
from disputes.services.exports import SHORTEST_PASSWORD
from disputes.services.imports import Proposal, ProposedCase
from pingan.models import Unit, User
from pingan.refusals import Refused
from pingan.workbooks import SheetRows, read_book

MOST_CASES = 300
HEAD_ROWS = 15  # a downloaded ledger has lines above its headers
FACTS, NOTE = "简要情况", "理由"
STATES = {
    str(state.label): state
    for state in (
        *(DisputeState.REGISTERED, DisputeState.ACCEPTED, DisputeState.WORKING),
        *(DisputeState.AGREED, DisputeState.FAILED, DisputeState.GUIDED, DisputeState.WITHDRAWN),
    )
}
ENDED = frozenset(
    {DisputeState.AGREED, DisputeState.FAILED, DisputeState.GUIDED, DisputeState.WITHDRAWN}
)
CHANNELS = {str(each.label): each for each in Channel}
FORMS = {str(each.label): each for each in AgreementForm}


class LedgerFilterForm(CaseFilterForm):
    """As the list of cases; a ledger begins with all of them."""

    def __init__(self, data: Mapping[str, Any], *, user: User) -> None:
        super().__init__({"state": "all", **{name: data[name] for name in data}}, user=user)


class LedgerUploadForm(forms.Form):
    file = forms.FileField(
        label="填好的导入表",
        error_messages={"required": "请先选择填好的导入表。", "empty": "文件是空的，请重新选择。"},
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )


class NamesExportForm(forms.Form):
    """What the names are for, and the password of the file. It is not kept anywhere."""

    purpose = line("用途", 100, help_text="如“移交法院”“卷宗核对”，不写人名。写进表头和操作日志。")
    password = forms.CharField(
        label="打开密码",
        min_length=SHORTEST_PASSWORD,
        max_length=60,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=f"至少{SHORTEST_PASSWORD}位。系统不保存密码，忘记了只能重新导出。",
    )
    password_again = forms.CharField(
        label="再输一遍密码",
        max_length=60,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if len(set(password)) == 1:
            raise forms.ValidationError("密码太简单，请用不同的字符。")
        return password

    def clean_password_again(self) -> str:
        again = str(self.cleaned_data["password_again"])
        if "password" in self.cleaned_data and again != self.cleaned_data["password"]:
            raise forms.ValidationError("两遍密码不一样，请重新输入。")
        return again


@dataclass(frozen=True, slots=True)
class Choices:
    """What this person may point at, by the words of the workbook."""

    units: Mapping[str, Unit]
    categories: Mapping[str, DisputeTerm]
    scales: Mapping[str, DisputeTerm]
    sources: Mapping[str, DisputeTerm]
    committees: Mapping[str, Committee]
    mediators: Mapping[tuple[int, str], Mediator]

    @classmethod
    def of(cls, user: User) -> Choices:
        county = user.unit.root_id
        return cls(
            columns.told_apart(registering_units(user), lambda unit: unit.code),
            {term.name: term for term in terms_of(county, TermKind.CATEGORY)},
            {term.name: term for term in terms_of(county, TermKind.SCALE)},
            {term.name: term for term in terms_of(county, TermKind.SOURCE)},
            columns.told_apart(committees_for(user), lambda committee: committee.unit.name),
            {(each.committee_id, each.number): each for each in mediators_for(user)},
        )


def form_columns(choices: Choices) -> list[FormColumn]:
    """The columns of the workbook that is filled in."""
    names = "姓名之间用顿号隔开；单位在名称后写“（单位）”。"
    return [
        FormColumn(columns.CODE, "text", 12, "新登记的留空，导入后自动编号。"),
        FormColumn(columns.UNIT, "text", 16, "从下拉中选。", tuple(choices.units), True),
        FormColumn(columns.REGISTERED_ON, "day", 13, "如 2026-09-28。", is_required=True),
        FormColumn(columns.TITLE, "text", 28, "一句话，60字以内，不写人名。", is_required=True),
        FormColumn(columns.CATEGORY, "text", 13, "从下拉中选。", tuple(choices.categories), True),
        FormColumn(columns.SCALE, "text", 18, "可以不填。", tuple(choices.scales)),
        FormColumn(columns.SOURCE, "text", 14, "从下拉中选。", tuple(choices.sources), True),
        FormColumn(columns.PLACE, "text", 20, "60字以内，可以不填，不写人名。"),
        FormColumn(columns.HAPPENED_ON, "day", 13, "可以不填，不能晚于登记日期。"),
        FormColumn(columns.PEOPLE, "count", 10, "不填按当事人数，至少2人。"),
        FormColumn(columns.AMOUNT, "money", 15, "可以不填。"),
        FormColumn(str(PartyRole.APPLICANT.label), "text", 20, names, is_required=True),
        FormColumn(str(PartyRole.RESPONDENT.label), "text", 20, names, is_required=True),
        FormColumn(str(PartyRole.THIRD.label), "text", 16, f"没有的留空。{names}"),
        FormColumn(FACTS, "text", 36, "1000字以内，可以不填，加密保存。"),
        FormColumn(columns.CHANNEL, "text", 20, "不填按人民调解。", tuple(CHANNELS)),
        FormColumn(columns.COMMITTEE, "text", 28, "可以不填。", tuple(choices.committees)),
        FormColumn(columns.MEDIATOR, "text", 12, "本调解委员会的调解员编号，可以不填。"),
        FormColumn(columns.ACCEPTED_ON, "day", 13, "已受理的填，不填按登记日期。"),
        FormColumn(columns.STATE, "text", 14, "不填按已登记。", tuple(STATES)),
        FormColumn(columns.SETTLED_ON, "day", 18, "达成协议的填协议日期，调解终结的填终结日期。"),
        FormColumn(columns.FORM, "text", 12, "达成协议的必填。", tuple(FORMS)),
        FormColumn(NOTE, "text", 28, "调解不成、引导其他途径、已撤回的必填，不写人名。"),
    ]


BOOK_NOTES = (
    "一行一件纠纷，填在“纠纷台账”表里；深色表头的列必填。填好后在系统里上传，核对无误再确认导入。",
    f"一次最多{MOST_CASES}件，要么全部导入，要么一件也不导入。",
    "姓名上传后立即加密，核对页面只显示几名当事人，不显示姓名。填好的文件请自己妥善保管，用完删除。",
    "还在办理的，本级办理期限从导入当天起算；登记、受理、协议日期照填实际日期。",
    "达成协议的，协议内容、履行和回访导入后在纠纷页面补录；联系方式和住址也在纠纷页面补录。",
    "从系统下载的台账也可以上传核对：已有案号的行没有变化就略过，有变化会指出，不会改动系统里的内容。",
)


def read_ledger(file: IO[bytes], *, user: User, today: dt.date) -> Proposal:
    """Judge every cell. Refused where it is no ledger at all."""
    sheet, top, places = _table(read_book(file))
    rows = [
        (number, cells)
        for number, cells in enumerate(sheet.rows[top + 1 :], start=top + 2)
        if not is_empty(cells)
    ]
    fresh = [number for number, cells in rows if not as_words(cells[places[columns.CODE]])]
    if len(fresh) > MOST_CASES:
        raise Refused(f"共{len(fresh)}件新纠纷，一次最多导入{MOST_CASES}件，请分几次导入。")
    proposal = Proposal()
    lines = [Line(number, cells, places, proposal.errors, today) for number, cells in rows]
    _check_known([each for each in lines if each.words(columns.CODE)], user, proposal)
    new = [each for each in lines if not each.words(columns.CODE)]
    if new:
        _check_columns(places)
        choices = Choices.of(user)
        found = [(each, _case(each, choices)) for each in new]
        _check_doubles([(each, case) for each, case in found if case is not None], proposal)
    if not rows:
        raise Refused(f"“{sheet.name}”表里还没有填，请填好后再上传。")
    return proposal


def _table(book: Mapping[str, SheetRows]) -> tuple[SheetRows, int, dict[str, int]]:
    """The sheet that holds the ledger, the row of its headers, and the column of each."""
    for sheet in book.values():
        for top, cells in enumerate(sheet.rows[:HEAD_ROWS]):
            labels = [as_words(cell) for cell in cells]
            if {columns.CODE, columns.TITLE} <= set(labels) and sheet.name != NOTES:
                twice = {label for label in labels if label and labels.count(label) > 1}
                if twice:
                    raise Refused(f"表头“{'、'.join(sorted(twice))}”有两列，请删去一列再上传。")
                return sheet, top, {label: at for at, label in enumerate(labels) if label}
    raise Refused(f"没有找到“{SHEET}”表，请用从本页下载的导入表填写。")


def _check_columns(places: Mapping[str, int]) -> None:
    """New cases need the columns that are required."""
    wanted = (
        *(columns.UNIT, columns.REGISTERED_ON, columns.CATEGORY, columns.SOURCE),
        *(str(PartyRole.APPLICANT.label), str(PartyRole.RESPONDENT.label)),
    )
    missing = [label for label in wanted if label not in places]
    if missing:
        raise Refused(f"缺少“{'、'.join(missing)}”列，请用从本页下载的导入表填写。")


def _check_known(lines: Sequence[Line], user: User, proposal: Proposal) -> None:
    """Rows with a number stand in the system already: just so, or they are refused."""
    known = columns.known_lines(user, {each.words(columns.CODE) for each in lines})
    for each in lines:
        candidates = known.get(each.words(columns.CODE))
        if not candidates:
            each.fail(columns.CODE, "系统里没有这个案号。新登记的纠纷请把案号留空。")
            continue
        differing = [_differing(each, saved) for saved in candidates]
        fewest = min(differing, key=len)
        for label in fewest:
            each.fail(
                label, "与系统里的内容不一样。已登记的纠纷请在纠纷页面修改；这里请照原样恢复。"
            )
        proposal.same += not fewest


def _differing(line: Line, saved: Mapping[str, str]) -> list[str]:
    return [
        column.label
        for column in columns.LEDGER
        if column.label in line.places
        and line.plain(column.label, column.kind) != saved[column.label]
    ]


def _check_doubles(found: Sequence[tuple[Line, ProposedCase]], proposal: Proposal) -> None:
    """The same day, place and matter of the same unit: twice in the file, or registered before."""
    taken = columns.taken_keys(
        (case.unit for _line, case in found), (case.registered_on for _line, case in found)
    )
    met: dict[columns.Key, int] = {}
    for each, case in found:
        if case.key in met:
            each.fail(
                columns.TITLE,
                f"与第{met[case.key]}行的登记日期、地点和事由都相同，请删去一行；"
                "确是两件的，请在事由里写出区别。",
            )
        elif case.key in taken:
            each.fail(
                columns.TITLE,
                "系统里已经有登记日期、地点和事由都相同的纠纷，请核对；"
                "确是另一件的，请在事由里写出区别。",
            )
        else:
            proposal.cases.append(case)
        met.setdefault(case.key, each.number)


def _case(each: Line, choices: Choices) -> ProposedCase | None:
    """One new case; None where a cell of it is wrong."""
    before = len(each.errors)
    unit = each.pick(columns.UNIT, choices.units, is_required=True)
    title = each.text(columns.TITLE, 60, is_required=True)
    category = each.pick(columns.CATEGORY, choices.categories, is_required=True)
    source = each.pick(columns.SOURCE, choices.sources, is_required=True)
    scale = each.pick(columns.SCALE, choices.scales)
    registered_on = each.day(columns.REGISTERED_ON, is_required=True)
    happened_on = each.day(columns.HAPPENED_ON)
    if registered_on and happened_on and happened_on > registered_on:
        each.fail(columns.HAPPENED_ON, "发生日期不能晚于登记日期。")
    parties = each.parties()
    people = each.people(len(parties))
    committee = each.pick(columns.COMMITTEE, choices.committees)
    accepted_on, state, settled_on, form, note = _way(each, registered_on)
    place = each.text(columns.PLACE, 60)
    each.check_nameless(parties, (columns.TITLE, columns.PLACE, NOTE))
    facts, amount = each.text(FACTS, 1000), each.money(columns.AMOUNT)
    channel = each.pick(columns.CHANNEL, CHANNELS) or Channel.PEOPLE
    mediator = _mediator(each, committee, choices)
    if len(each.errors) > before or not (unit and category and source and registered_on):
        return None
    return ProposedCase(
        row=each.number,
        unit=unit.pk,
        title=title,
        category=category.pk,
        source=source.pk,
        scale=scale.pk if scale else None,
        registered_on=registered_on,
        happened_on=happened_on,
        place=place,
        parties=parties,
        people=people,
        amount=amount,
        facts=facts,
        channel=channel,
        committee=committee.pk if committee else None,
        mediator=mediator.pk if mediator else None,
        accepted_on=accepted_on,
        state=state,
        settled_on=settled_on,
        form=form,
        note=note,
    )


def _mediator(each: Line, committee: Committee | None, choices: Choices) -> Mediator | None:
    number = each.text(columns.MEDIATOR, 20)
    if not number:
        return None
    if committee is None:
        each.fail(columns.COMMITTEE, "填了调解员编号的，请选调解委员会。")
        return None
    found = choices.mediators.get((committee.pk, number))
    if found is None:
        each.fail(columns.MEDIATOR, "这个调解委员会没有这个编号的在任调解员。")
    return found


_Way = tuple[dt.date | None, DisputeState, dt.date | None, AgreementForm | None, str]


def _way(each: Line, registered_on: dt.date | None) -> _Way:
    """How far the case has come, each step on a day that can be true."""
    state = each.pick(columns.STATE, STATES) or DisputeState.REGISTERED
    accepted_on, settled_on = each.day(columns.ACCEPTED_ON), each.day(columns.SETTLED_ON)
    form, note = each.pick(columns.FORM, FORMS), each.text(NOTE, 300)
    word = "协议日期" if state == DisputeState.AGREED else "终结日期"
    start = registered_on or FIRST_DAY
    if accepted_on and state == DisputeState.REGISTERED:
        each.fail(columns.STATE, "填了受理日期的，状态请选“已受理”或以后的状态。")
    if accepted_on and accepted_on < start:
        each.fail(columns.ACCEPTED_ON, "受理日期不能早于登记日期。")
    if state in ENDED and each.is_blank(columns.SETTLED_ON):
        each.fail(columns.SETTLED_ON, f"“{state.label}”的，请填{word}。")
    if settled_on and state not in ENDED:
        each.fail(columns.STATE, "填了协议（终结）日期的，状态请选达成协议或其他终结状态。")
    elif settled_on and settled_on < start:
        each.fail(columns.SETTLED_ON, f"{word}不能早于登记日期。")
    elif settled_on and accepted_on and settled_on < accepted_on:
        each.fail(columns.SETTLED_ON, f"{word}不能早于受理日期。")
    if state == DisputeState.AGREED and each.is_blank(columns.FORM):
        each.fail(columns.FORM, "达成协议的，请选口头协议或书面协议。")
    if form and state != DisputeState.AGREED:
        each.fail(columns.FORM, "没有达成协议的，不填协议形式。")
    if state in ENDED - {DisputeState.AGREED} and each.is_blank(NOTE):
        each.fail(NOTE, f"“{state.label}”的，请写明理由。")
    return accepted_on, state, settled_on, form, note
