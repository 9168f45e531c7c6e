"""The office document, read again: page, text, fonts, fields."""

import dataclasses
import io
import zipfile

import pytest
from docx import Document
from docx.oxml.ns import qn

from reports.content import Heading, Paragraph, Table, compose_bulletin
from reports.word import bulletin_docx, text_width
from tests.reports.figures import make_figures, make_ranking

pytestmark = pytest.mark.slow


def render(**changes) -> bytes:
    figures = make_figures(**changes)
    return bulletin_docx(compose_bulletin(figures), issued_on=figures.issued_on)


@pytest.fixture(scope="module")
def document():
    return Document(io.BytesIO(render()))


def paragraph_with(document, start: str):
    return next(part for part in document.paragraphs if part.text.startswith(start))


def test_page_is_that_of_the_standard(document):
    section = document.sections[0]

    sizes = [
        section.page_width, section.page_height, section.top_margin, section.bottom_margin,
        section.left_margin, section.right_margin,
    ]  # fmt: skip
    assert [round(size.mm) for size in sizes] == [210, 297, 37, 35, 28, 26]
    grid = section._sectPr.find(qn("w:docGrid"))
    assert grid.get(qn("w:type")) == "lines"
    assert int(grid.get(qn("w:linePitch"))) * 22 / 20 == pytest.approx(225 / 25.4 * 72, abs=1)
    assert len(section._sectPr.findall(qn("w:docGrid"))) == 1


def test_text_is_that_of_the_content(document):
    content = compose_bulletin(make_figures())
    texts = [part.text for part in document.paragraphs]

    assert texts[0] == content.issuer_heading
    assert texts[1] == content.number
    assert "".join(texts[2:4]) == content.title
    assert content.addressee in texts
    for block in content.body:
        match block:
            case Heading(text):
                assert text in texts
            case Paragraph(text, lead):
                assert lead + text in texts
    assert texts.index(content.signer) + 1 == texts.index(content.date)
    assert f"（{content.verification}）" in texts
    assert [text for text in texts if text.startswith("附件：")] == [
        "附件：1. 2026年9月乡镇考评排名表"
    ]


def test_tables_hold_every_cell(document):
    content = compose_bulletin(make_figures())
    tables = [block for block in content.body if isinstance(block, Table)]
    tables += [table for part in content.attachments for table in part.tables]

    assert len(document.tables) == len(tables)
    for read, table in zip(document.tables, tables, strict=True):
        assert [cell.text for cell in read.rows[0].cells] == [c.title for c in table.columns]
        assert read.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        for row, cells in zip(list(read.rows)[1:], table.rows, strict=True):
            assert [cell.text.lstrip("●▲■") for cell in row.cells] == [c.text for c in cells]


def test_body_lines_and_fonts(document):
    body = paragraph_with(document, "2026年9月“月月创平安”活动考评已于")
    spacing = body._p.pPr.find(qn("w:spacing"))
    fonts = body.runs[0]._r.rPr.find(qn("w:rFonts"))

    assert spacing.get(qn("w:lineRule")) == "exact"
    assert int(spacing.get(qn("w:line"))) / 20 == pytest.approx(28.95)
    assert {fonts.get(qn(f"w:{kind}")) for kind in ("ascii", "hAnsi", "eastAsia")} == {
        "仿宋_GB2312"
    }
    assert body.runs[0].font.size.pt == 16
    assert int(body.runs[0]._r.rPr.find(qn("w:spacing")).get(qn("w:val"))) / 20 == -0.25
    assert body._p.pPr.find(qn("w:ind")).get(qn("w:firstLineChars")) == "200"
    lead = paragraph_with(document, "（一）治安巡逻。").runs[0]
    assert lead._r.rPr.find(qn("w:rFonts")).get(qn("w:eastAsia")) == "楷体_GB2312"
    heading = paragraph_with(document, "一、总体情况")
    assert heading.runs[0]._r.rPr.find(qn("w:rFonts")).get(qn("w:eastAsia")) == "黑体"


def test_red_head_with_its_rule(document):
    heading, number = document.paragraphs[:2]

    assert str(heading.runs[0].font.color.rgb) == "E60012"
    border = number._p.pPr.find(qn("w:pBdr")).find(qn("w:bottom"))
    assert border.get(qn("w:color")) == "E60012"
    assert "〔2026〕" in number.text


def test_page_number_is_a_field_on_the_outside(document):
    section = document.sections[0]

    assert document.settings.odd_and_even_pages_header_footer is True
    odd, even = section.footer._element, section.even_page_footer._element
    for footer in (odd, even):
        assert footer.xpath("string(.//w:instrText)").strip() == "PAGE"
        text = "".join(footer.xpath(".//w:t/text()"))
        assert "— 1 —" in text
        assert "（演示数据）" in text
    positions = [tab.get(qn("w:val")) for tab in odd.xpath(".//w:tab[@w:val]")]
    assert positions == ["center", "right"]
    assert [tab.get(qn("w:val")) for tab in even.xpath(".//w:tab[@w:val]")] == ["left", "center"]


def test_colophon_stands_at_the_foot_of_the_page(document):
    anchors = document.element.body.xpath(".//wp:anchor")

    [anchor] = anchors
    assert anchor.xpath("string(./wp:positionV/@relativeFrom)") == "margin"
    assert anchor.xpath("string(./wp:positionV/wp:align)") == "bottom"
    text = "".join(anchor.xpath(".//w:t/text()"))
    assert "抄送：彝良县创建平安工作领导组领导成员，各成员单位。" in text
    assert "2026年10月10日印发" in text
    sizes = [border.get(qn("w:sz")) for border in anchor.xpath(".//w:pBdr/*")]
    assert sizes == ["8", "6", "8"]  # eighths of a point: 0.35, 0.25, 0.35 mm


def test_hostile_text_stays_text():
    names = ["<b>甲镇</b>", "&amp;乙镇", "]]>丙镇", "a\x00\x0bb", "{{ 7*7 }}", "示" * 60, "W" * 60]
    ranking = make_ranking("彝良县", "乡镇(街道)", names)
    figures = dataclasses.replace(make_figures(sectors=0, villages=0), townships=ranking)

    content = compose_bulletin(figures)
    read = Document(io.BytesIO(bulletin_docx(content, issued_on=figures.issued_on)))

    cells = {cell.text for table in read.tables for row in table.rows for cell in row.cells}
    assert set(names) - {"a\x00\x0bb"} <= cells
    assert "ab" in cells


def test_same_content_gives_the_same_bytes_dated_by_the_issue():
    first, second = render(), render()

    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time[:3] for entry in archive.infolist()} == {(2026, 10, 10)}
    properties = Document(io.BytesIO(first)).core_properties
    assert properties.title == "关于2026年9月“月月创平安”活动考评情况的通报"
    assert properties.author == "彝良县创建平安工作领导组办公室"
    assert properties.created.date().isoformat() == "2026-10-10"


def test_real_figures_carry_no_demo_mark():
    with zipfile.ZipFile(io.BytesIO(render(is_demo=False))) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist() if "xml" in name]

    assert not any("演示" in text for text in texts)


@pytest.mark.parametrize(
    ("text", "width"), [("平安", 2), ("2026年", 3), ("“平安”", 4), ("", 0), ("1. ", 1.5)]
)
def test_text_width(text, width):
    assert text_width(text) == width
