"""Names of private persons: sealed, matched, masked."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from pingan.fields import SealedField
from pingan.privacy import Sealed, Unreadable, blind_index, masked, reseal, seal, unseal


def test_a_sealed_text_opens_again_and_never_reads_the_same():
    first, second = seal("演示甲"), seal("演示甲")

    assert first != second
    assert "演示" not in first
    assert (unseal(first), unseal(second)) == ("演示甲", "演示甲")


def test_nothing_stays_nothing():
    assert (seal(""), unseal(""), reseal(""), blind_index(" ", realm="a")) == ("", "", "", "")


def test_a_token_that_was_changed_does_not_open():
    token = seal("演示甲")

    with pytest.raises(Unreadable):
        unseal(token[:-4] + ("AAA=" if token[-4:] != "AAA=" else "BBB="))


def test_an_old_key_still_opens_and_a_lost_one_does_not(settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.FIELD_KEYS = [old]
    token = seal("演示甲")

    settings.FIELD_KEYS = [new, old]
    assert unseal(token) == "演示甲"
    fresh = reseal(token)

    settings.FIELD_KEYS = [new]
    assert unseal(fresh) == "演示甲"
    with pytest.raises(Unreadable):
        unseal(token)


def test_equal_names_match_within_their_realm_alone():
    one = blind_index("演示 甲", realm="530628 party")

    assert blind_index("演示甲", realm="530628 party") == one
    assert blind_index("演示甲", realm="510704 party") != one
    assert blind_index("演示乙", realm="530628 party") != one
    assert "演示" not in one


def test_a_new_key_keeps_the_matches(settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.FIELD_KEYS = [old]
    before = blind_index("演示甲", realm="a")

    settings.FIELD_KEYS = [new, old]

    assert blind_index("演示甲", realm="a") == before


@pytest.mark.parametrize(
    ("name", "shown"), [("", ""), ("甲", "＊"), ("演示", "演＊"), ("演示某某", "演＊＊＊")]
)
def test_masking_keeps_the_first_character(name, shown):
    assert masked(name) == shown


def test_printing_a_sealed_text_never_shows_it():
    sealed = Sealed.of("演示甲")

    assert (str(sealed), f"{sealed}", repr(sealed)) == ("＊＊＊", "＊＊＊", "<Sealed …>")
    assert (sealed.reveal(), sealed.masked, bool(sealed)) == ("演示甲", "演＊＊", True)
    assert (str(Sealed()), bool(Sealed())) == ("", False)


def test_a_plain_text_cannot_get_into_the_column():
    field = SealedField()

    with pytest.raises(TypeError):
        field.get_prep_value("演示甲")
    with pytest.raises(TypeError):
        field.to_python("演示甲")
