"""Money is typed in 元 and kept in 分."""

import pytest

from pingan.money import InvalidMoney, capitals, fen_of, yuan_text


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("500", 50_000),
        ("1,200.5", 120_050),
        ("１２００.05元", 120_005),
        ("￥1200", 120_000),
        ("0", 0),
        (" 8 000 ", 800_000),
    ],
)
def test_amounts_are_read_as_people_type_them(text: str, fen: int):
    assert fen_of(text) == fen


@pytest.mark.parametrize("text", ["", "-5", "五百", "1.234", "1e3", "12..5", "9" * 10])
def test_what_is_no_amount_is_refused_with_an_example(text: str):
    with pytest.raises(InvalidMoney, match="以元为单位"):
        fen_of(text)


@pytest.mark.parametrize(
    ("fen", "text"), [(120_050, "1,200.50"), (120_000, "1,200"), (5, "0.05"), (-100, "-1")]
)
def test_amounts_are_printed_in_yuan(fen: int, text: str):
    assert yuan_text(fen) == text


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (5_000, "伍拾元整"),
        (120_050, "壹仟贰佰元伍角整"),
        (100_500, "壹仟零伍元整"),
        (1_000_000, "壹万元整"),
        (1_000_005, "壹万元零伍分"),
        (10_050_000, "壹拾万零伍佰元整"),
        (100_000_100, "壹佰万零壹元整"),
        (12_345_678, "壹拾贰万叁仟肆佰伍拾陆元柒角捌分"),
        (0, "零元整"),
        (50, "伍角整"),
    ],
)
def test_amounts_are_written_in_capitals(fen: int, text: str):
    assert capitals(fen) == text
