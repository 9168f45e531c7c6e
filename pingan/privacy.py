"""Names of private persons: sealed at rest, matched without being read, masked when shown.

Personal Information Protection Law §51 (encryption, de-identification), §19 (shortest retention).
Keys: settings.FIELD_KEYS, the newest first; older ones still open what they sealed.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

MASK = "＊"


class Unreadable(Exception):
    """What was sealed cannot be opened with the keys of this installation."""


@lru_cache(maxsize=1)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def seal(text: str) -> str:
    """Encrypt and authenticate (Fernet: AES-128-CBC with HMAC-SHA256); "" stays ""."""
    return _box(tuple(settings.FIELD_KEYS)).encrypt(text.encode()).decode() if text else ""


def unseal(token: str) -> str:
    """The text of a token; Unreadable where no key fits or it was tampered with."""
    if not token:
        return ""
    try:
        return _box(tuple(settings.FIELD_KEYS)).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise Unreadable("密文无法打开：密钥不对或内容被改动。") from error


def seal_bytes(content: bytes) -> bytes:
    """Encrypt and authenticate the content of a file."""
    return _box(tuple(settings.FIELD_KEYS)).encrypt(content)


def unseal_bytes(token: bytes) -> bytes:
    """The content of a sealed file; Unreadable where no key fits or it was tampered with."""
    try:
        return _box(tuple(settings.FIELD_KEYS)).decrypt(token)
    except InvalidToken as error:
        raise Unreadable("密文无法打开：密钥不对或内容被改动。") from error


def reseal(token: str) -> str:
    """The same text under the newest key."""
    return _box(tuple(settings.FIELD_KEYS)).rotate(token.encode()).decode() if token else ""


def blind_index(text: str, *, realm: str) -> str:
    """A keyed digest of a normalised name: equal names match, nobody can read it back.

    `realm` keeps the digests of different counties and purposes apart. The key is derived from the
    oldest field key, so that new keys do not break old digests.
    """
    normal = "".join(unicodedata.normalize("NFKC", text).split()).casefold()
    if not normal:
        return ""
    key = hashlib.sha256(f"blind index {settings.FIELD_KEYS[-1]}".encode()).digest()
    return hmac.new(key, f"{realm}\n{normal}".encode(), hashlib.sha256).hexdigest()


def masked(text: str) -> str:
    """张三 → 张＊, 欧阳某某 → 欧＊＊＊: the first character stays."""
    return text[:1] + MASK * (len(text) - 1) if len(text) > 1 else MASK * len(text)


class Sealed:
    """A sealed text. Printing it never shows it: `reveal()` is called where a look is logged."""

    __slots__ = ("token",)

    def __init__(self, token: str = "") -> None:
        self.token = token

    @classmethod
    def of(cls, text: str) -> Sealed:
        """Seal a plain text."""
        return cls(seal(text))

    def reveal(self) -> str:
        return unseal(self.token)

    @property
    def masked(self) -> str:
        return masked(self.reveal())

    def __bool__(self) -> bool:
        return bool(self.token)

    def __str__(self) -> str:
        return MASK * 3 if self.token else ""

    def __repr__(self) -> str:
        return f"<Sealed {'…' if self.token else 'empty'}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and self.token == other.token

    def __hash__(self) -> int:
        return hash(self.token)
