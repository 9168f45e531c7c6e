"""The finished PDF is measured, not its template: GB/T 9704-2012 to a tenth of a millimetre."""

import dataclasses
import io
import shutil
from collections import defaultdict

import pdfplumber.pdf
import pytest

from pingan import typesetting
from pingan.typesetting import FONT_DIR, RenderError, fonts_in_use
from reports.content import Cell, Column, Paragraph, Table, compose_bulletin
from reports.pdf import board_pdf, bulletin_pdf, render_pdf
from tests.reports.figures import make_figures, make_ranking

pytestmark = pytest.mark.slow

PITCH = 225 / 22
LEFT, RIGHT, TOP, BOTTOM = 28, 184, 37, 262
DOTS_A_MM = 10  # pictures are drawn at 254 dpi


def mm(points: float) -> float:
    return points / 72 * 25.4


def opened(document: bytes) -> pdfplumber.pdf.PDF:
    return pdfplumber.open(io.BytesIO(document))


def render(**changes) -> bytes:
    figures = make_figures(**changes)
    return bulletin_pdf(compose_bulletin(figures), issued_on=figures.issued_on)


def render_content(**changes) -> bytes:
    """A short bulletin with some parts put in by the test."""
    figures = make_figures(sectors=0, villages=0)
    content = dataclasses.replace(compose_bulletin(figures), attachments=(), **changes)
    return bulletin_pdf(content, issued_on=figures.issued_on)


def rules(page) -> list[tuple[float, float, float, float]]:
    """Rules across the type area as (y, left, right, thickness), in mm."""
    return [
        (mm(line["top"]), mm(line["x0"]), mm(line["x1"]), mm(line["linewidth"]))
        for line in page.lines
        if mm(line["width"]) > 150
    ]


def lines_of(page) -> dict[float, list[dict]]:
    """Characters of the type area by the place of their line."""
    found = defaultdict(list)
    for char in page.chars:
        if mm(char["top"]) < BOTTOM:
            found[round(mm(char["top"]), 1)].append(char)
    return dict(sorted(found.items()))


def ink(page, box: tuple[float, float, float, float], wanted) -> tuple[float, float]:
    """First and last mm of a box (left, top, right, bottom in mm) with a pixel that is wanted."""
    image = page.to_image(resolution=25.4 * DOTS_A_MM).original.convert("RGB")
    left, top, right, bottom = (round(edge * DOTS_A_MM) for edge in box)
    picture = image.crop((left, top, right, bottom))
    pixels = picture.load()
    rows = [
        y for y in range(picture.height) if any(wanted(pixels[x, y]) for x in range(picture.width))
    ]
    return top / DOTS_A_MM + rows[0] / DOTS_A_MM, top / DOTS_A_MM + (rows[-1] + 1) / DOTS_A_MM


def is_red(pixel: tuple[int, int, int]) -> bool:
    return pixel[0] > 180 and pixel[1] < 80


def is_dark(pixel: tuple[int, int, int]) -> bool:
    return max(pixel) < 120


@pytest.fixture(scope="module")
def bulletin():
    with opened(render()) as document:
        yield document


def test_pages_are_a4_and_nothing_leaves_the_type_area(bulletin):
    for page in bulletin.pages:
        assert (round(mm(page.width)), round(mm(page.height))) == (210, 297)
        for char in page.chars:
            assert mm(char["x0"]) > LEFT - 0.1
            # The blank half of a closing mark of punctuation may hang over the edge.
            assert mm(char["x1"]) < RIGHT + 0.1 or char["text"] in "，。；、）”："


def test_full_page_has_22_lines_of_28_characters():
    with opened(render_content(body=(Paragraph("平" * 28 * 60),))) as document:
        lines = lines_of(document.pages[1])

    assert len(lines) == 22
    assert [len(chars) for chars in lines.values()] == [28] * 22
    tops = list(lines)
    for number, chars in enumerate(lines.values()):
        assert mm(chars[0]["x0"]) == pytest.approx(LEFT, abs=0.1)
        assert mm(chars[-1]["x1"]) == pytest.approx(RIGHT, abs=0.2)
        assert chars[0]["size"] == pytest.approx(16)
        assert tops[number] - tops[0] == pytest.approx(number * PITCH, abs=0.15)
    assert tops[0] > TOP
    assert tops[-1] + mm(16) < BOTTOM


def test_paragraph_begins_two_characters_in(bulletin):
    lines = list(lines_of(bulletin.pages[0]).values())
    opening = next(line for line in lines if line[-1]["text"] == "完")

    assert mm(opening[0]["x0"]) == pytest.approx(LEFT + 2 * 156 / 28, abs=0.1)
    assert mm(lines[lines.index(opening) + 1][0]["x0"]) == pytest.approx(LEFT, abs=0.1)


def test_red_heading_stands_35_mm_below_the_type_area(bulletin):
    first = bulletin.pages[0]
    heading = "彝良县创建平安工作领导组办公室文件"

    top, bottom = ink(first, (LEFT, 40, RIGHT, 95), is_red)

    assert top == pytest.approx(TOP + 35, abs=0.2)
    assert 8 < bottom - top <= 15
    assert heading in first.extract_text()
    [(rule, left, right, _)] = rules(first)
    assert left == pytest.approx(LEFT, abs=0.1)
    assert right == pytest.approx(RIGHT, abs=0.1)
    number_top, number_bottom = ink(first, (LEFT, bottom + 2, RIGHT, rule - 1), is_dark)
    assert number_top - bottom == pytest.approx(2 * PITCH, abs=0.3)
    assert rule - number_bottom == pytest.approx(4, abs=0.4)
    title = ink(first, (LEFT, rule + 2, RIGHT, rule + 45), is_dark)[0]
    assert 2 * PITCH <= title - rule <= 3 * PITCH + 2


def test_short_issuer_is_not_stretched():
    with opened(render_content(issuer_heading="某办文件")) as document:
        top, _ = ink(document.pages[0], (LEFT, 40, RIGHT, 95), is_red)

    assert top == pytest.approx(TOP + 35, abs=0.2)


def test_page_number_is_7_mm_below_and_one_character_in(bulletin):
    for index, page in enumerate(bulletin.pages[:4], 1):
        chars = [char for char in page.chars if mm(char["top"]) > BOTTOM and char["size"] == 14]
        text = "".join(char["text"] for char in chars)
        assert text == f"— {index} —"
        if index % 2:
            assert mm(chars[-1]["x1"]) == pytest.approx(RIGHT - mm(14), abs=0.1)
        else:
            assert mm(chars[0]["x0"]) == pytest.approx(LEFT + mm(14), abs=0.1)
        dash = chars[0]
        box = (mm(dash["x0"]), BOTTOM + 1, mm(dash["x1"]), BOTTOM + 20)
        assert ink(page, box, is_dark)[0] == pytest.approx(BOTTOM + 7, abs=0.2)
        assert "Serif" in dash["fontname"] or "Song" in dash["fontname"]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"villages": 0},
        {"villages": 0, "sectors": 0},
        {"villages": 3},
        {"townships": 30, "villages": 12},
        {"townships": 7, "villages": 0, "sectors": 8},
        {"townships": 1, "villages": 0, "sectors": 0},
    ],
)
def test_colophon_closes_the_last_page_which_is_even(changes):
    with opened(render(**changes)) as document:
        last = document.pages[-1]
        assert len(document.pages) % 2 == 0
        assert "抄送：彝良县创建平安工作领导组领导成员，各成员单位。" in last.extract_text()
        lines = rules(last)[-3:]
        texts = [page.extract_text() for page in document.pages]

    assert [width for *_, width in lines] == [
        pytest.approx(0.35, abs=0.01),
        pytest.approx(0.25, abs=0.01),
        pytest.approx(0.35, abs=0.01),
    ]
    assert lines[-1][0] == pytest.approx(BOTTOM, abs=0.2)
    assert [f"— {index} —" in text for index, text in enumerate(texts[:-2], 1)] == [True] * (
        len(texts) - 2
    )


def test_colophon_after_a_full_even_page_leaves_the_blank_page_without_number():
    for lines in range(20, 60):
        content = render_content(body=(Paragraph("平" * 28 * lines),))
        with opened(content) as document:
            texts = [page.extract_text() for page in document.pages]
        if len(texts) == 4 and not texts[2].replace("（演示数据）", "").strip():
            break
    else:
        pytest.fail("no length led to a blank page")

    assert "— 2 —" in texts[1]
    assert "— " not in texts[2] + texts[3]
    assert "抄送" in texts[3]


@pytest.mark.parametrize("count", range(4, 20))
def test_signature_is_never_on_a_page_without_text(count):
    with opened(render_content(body=(Paragraph("平" * 50),) * count)) as document:
        signed = [page.extract_text() for page in document.pages]

    [page] = [text for text in signed if "（版次 第1版" in text]
    assert "平平平平" in page
    assert "\n彝良县创建平安工作领导组办公室\n2026年10月10日\n" in page


def test_fonts_follow_the_levels(bulletin):
    in_use = fonts_in_use()
    fonts = {}
    for page in bulletin.pages[:3]:
        for line in lines_of(page).values():
            text = "".join(char["text"] for char in line)
            fonts[text] = line[0]["fontname"].split("+")[1]
    heading = next(name for text, name in fonts.items() if text.startswith("一、总体情况"))
    second = next(name for text, name in fonts.items() if text.startswith("（二）法制宣教"))
    body = next(name for text, name in fonts.items() if text.startswith("各乡镇人民政府"))

    assert in_use == {
        "仿宋": "FandolFang R",
        "楷体": "LXGW WenKai",
        "黑体": "Noto Sans SC",
        "宋体": "Noto Serif SC",
        "小标宋": "Noto Serif SC",
    }
    assert "NotoSansSC" in heading
    assert "LXGWWenKai" in second
    assert "FandolFang" in body


def test_text_of_the_content_is_all_in_the_file(bulletin):
    figures = make_figures()
    content = compose_bulletin(figures)
    whole = "".join(
        char["text"] for page in bulletin.pages for char in page.chars if char["text"].strip()
    )

    for block in content.body:
        if isinstance(block, Paragraph):
            # A page number may stand in the middle of a paragraph: look for its first line.
            assert (block.lead + block.text)[:20].replace(" ", "") in whole
    for ranking in (figures.townships, *figures.sectors, *figures.villages):
        for row in ranking.rows:
            assert row.unit_name in whole
    assert content.verification.replace("　", "").replace(" ", "") in whole.replace("　", "")


def test_demo_mark_is_on_every_page_and_only_on_demo_figures(bulletin):
    assert all("（演示数据）" in page.extract_text() for page in bulletin.pages)
    with opened(render(is_demo=False, villages=0)) as real:
        assert not any("演示" in page.extract_text() for page in real.pages)


def test_table_heads_repeat_on_the_next_page():
    figures = make_figures(townships=30, villages=0, sectors=0)
    content = compose_bulletin(figures)
    [attachment] = content.attachments
    [table] = attachment.tables
    tall = dataclasses.replace(table, rows=table.rows * 3)
    content = dataclasses.replace(
        content, attachments=(dataclasses.replace(attachment, tables=(tall,)),)
    )

    with opened(bulletin_pdf(content, issued_on=figures.issued_on)) as document:
        heads = [page.extract_text().count("较上月") for page in document.pages]

    assert sum(heads) >= 3
    assert max(heads) == 1


def test_file_is_tagged_pdf_a_and_the_same_every_time():
    first, second = render(villages=2), render(villages=2)

    assert first == second
    assert b"<pdfaid:part>2</pdfaid:part>" in first
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in first
    assert b"/StructTreeRoot" in first
    with opened(first) as document:
        assert document.metadata["CreationDate"] == "D:20261010010000Z"
        assert document.metadata["Title"] == "关于2026年9月“月月创平安”活动考评情况的通报"


HOSTILE = '#[]*_$`@<b>~\\ #read("/etc/passwd") = - + / // "引号"'


def test_user_text_is_never_markup():
    names = [HOSTILE, "*粗*_斜_", "<b>乙镇</b>", "$x^2$", "= 标题", "#eval"]
    ranking = make_ranking("彝良县", "乡镇(街道)", names)
    figures = dataclasses.replace(make_figures(sectors=0, villages=0), townships=ranking)

    with opened(bulletin_pdf(compose_bulletin(figures), issued_on=figures.issued_on)) as document:
        text = "".join(c["text"] for p in document.pages for c in p.chars)
    with opened(board_pdf(figures)) as document:
        board = "".join(c["text"] for p in document.pages for c in p.chars)

    for name in names:
        assert name.replace(" ", "") in text.replace("\u200b", "").replace(" ", "")
        assert name.replace(" ", "") in board.replace("\u200b", "").replace(" ", "")


def test_long_names_and_unbroken_ascii_stay_inside():
    names = ["W" * 60, "示" * 45, "甲镇"]
    ranking = make_ranking("彝良县", "乡镇(街道)", names)
    figures = dataclasses.replace(
        make_figures(sectors=0, villages=0, changes=("x" * 200,), edition_number=2),
        townships=ranking,
    )

    with opened(bulletin_pdf(compose_bulletin(figures), issued_on=figures.issued_on)) as document:
        rights = [mm(char["x1"]) for page in document.pages for char in page.chars]
        text = "".join(c["text"] for p in document.pages for c in p.chars)
    with opened(board_pdf(figures)) as document:
        assert max(mm(char["x1"]) for char in document.pages[0].chars) < 420 - 13

    assert max(rights) < RIGHT + 3
    assert text.replace("\u200b", "").count("W") >= 60


def test_rare_characters_fall_back_to_another_font():
    body = (Paragraph("喆堃玥翀镕芃赟"), Table("", (Column("姓", 1),), ((Cell("喆"),),)))

    with opened(render_content(body=body)) as document:
        fonts = {c["fontname"].split("+")[1] for c in document.pages[0].chars if c["text"] == "喆"}

    assert any(font.startswith("LXGWWenKai") for font in fonts)
    assert not any(font.startswith("FandolFang") for font in fonts)


def test_missing_glyph_is_named():
    with pytest.raises(RenderError, match="“\U0010fffd”（U\\+10FFFD）这个字"):
        render_content(addressee="各乡镇\U0010fffd：")


def test_missing_fonts_are_said(tmp_path):
    assert set(fonts_in_use(tmp_path).values()) == {""}
    assert set(fonts_in_use(tmp_path / "none").values()) == {""}
    figures = make_figures(villages=0)
    with pytest.raises(RenderError, match="没有找到排版所用的字体"):
        board_pdf(figures, font_dir=tmp_path)


def test_without_fangsong_another_font_stands_in_and_is_named(tmp_path):
    for name in ("NotoSerifSC-Regular.ttf", "NotoSansSC-Medium.ttf"):
        shutil.copy(FONT_DIR / name, tmp_path)
    figures = make_figures(villages=0, sectors=0)
    content = compose_bulletin(figures)

    document = bulletin_pdf(content, issued_on=figures.issued_on, font_dir=tmp_path)

    assert fonts_in_use(tmp_path)["仿宋"] == "Noto Serif SC"
    shutil.copy(FONT_DIR / "LXGWWenKai-Light.ttf", tmp_path)
    assert fonts_in_use(tmp_path)["仿宋"] == "LXGW WenKai"
    with opened(document) as opened_document:
        assert "各乡镇人民政府" in opened_document.pages[0].extract_text()


def test_endless_work_is_stopped(monkeypatch):
    monkeypatch.setattr(typesetting, "SECONDS", 0)

    with pytest.raises(RenderError, match="排版超过0秒仍未完成，已停止"):
        board_pdf(make_figures(villages=0))


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(typesetting, "MEMORY_BYTES", 64 * 2**20)

    with pytest.raises(RenderError, match="排版所需的内存过大，已停止"):
        board_pdf(make_figures(villages=0))


def test_template_error_is_a_sentence():
    figures = make_figures()
    with pytest.raises(RenderError, match=r"^排版没有成功："):
        render_pdf("bulletin.typ", {"title": "没有其余各项"}, issued_on=figures.issued_on)


@pytest.mark.parametrize(
    ("townships", "sectors", "pages"), [(7, 0, 1), (16, 3, 1), (25, 8, 1), (30, 0, 1), (1, 1, 1)]
)
def test_board_is_one_a3_sheet_with_every_unit(townships, sectors, pages):
    figures = make_figures(townships=townships, sectors=sectors, villages=0)

    with opened(board_pdf(figures)) as document:
        assert len(document.pages) == pages
        page = document.pages[0]
        chars, text = page.chars, "".join(char["text"] for char in page.chars)

    assert (round(mm(page.width)), round(mm(page.height))) == (420, 297)
    for ranking in (figures.townships, *figures.sectors):
        for row in ranking.rows:
            assert row.unit_name in text
    for words in (
        "彝良县“月月创平安”公示栏",
        "2026年9月",
        "蓝 平安",
        "黄 平稳",
        "红 不稳定",
        "演示数据",
    ):
        assert words in text
    assert "第1版　校验码 " + figures.edition_hash[:16] in text
    names = [c["size"] for c in chars if c["text"] == figures.townships.rows[0].unit_name[0]]
    assert max(names) > 24  # a name is read from some metres


def test_board_of_many_departments_has_a_second_sheet():
    figures = make_figures(sectors=8)
    figures = dataclasses.replace(figures, sectors=figures.sectors * 3)

    with opened(board_pdf(figures)) as document:
        assert len(document.pages) == 2
        assert "党群甲局" in document.pages[1].extract_text().replace(" ", "")
