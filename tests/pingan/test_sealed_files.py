"""Attachments that may name a private person: sealed, nameless, never handed out by their unit."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction

from pingan.models import AuditEvent, StoredFile
from pingan.privacy import Unreadable
from pingan.refusals import Refused
from pingan.services.files import store_sealed_file

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%PLAIN-CONTENT of a test\n%%EOF\n"


def store(unit, by, content=PDF, name="演示甲的借条.pdf"):
    upload = SimpleUploadedFile(name, content)
    with transaction.atomic():
        return store_sealed_file(upload=upload, name="证据材料", unit=unit, by=by)


def test_sealed_file_shows_neither_content_nor_given_name(tree, township_clerk):
    file = store(tree.townships[0], township_clerk)

    with connection.cursor() as cursor:
        cursor.execute("SELECT content, name FROM pingan_storedfile")
        content, name = cursor.fetchone()
    assert b"PLAIN-CONTENT" not in bytes(content)
    assert (name, file.size, file.media_type) == ("证据材料.pdf", len(PDF), "application/pdf")
    assert "演示甲" not in str(list(AuditEvent.objects.values()))
    assert StoredFile.objects.get().opened() == PDF


def test_sealed_file_is_not_handed_out_by_its_unit(tree, township_clerk, client_of):
    file = store(tree.townships[0], township_clerk)

    answer = client_of(township_clerk).get(f"/files/{file.pk}")

    assert answer.status_code == 404
    assert not StoredFile.objects.visible_to(township_clerk).exists()


def test_sealed_file_is_checked_like_any_other(tree, township_clerk):
    with pytest.raises(Refused, match=r"“证据材料\.exe”不能上传"):
        store(tree.townships[0], township_clerk, b"MZ\x90\x00 program", "借条.exe")

    assert not StoredFile.objects.exists()


def test_tampered_file_is_not_opened(tree, township_clerk):
    file = store(tree.townships[0], township_clerk)
    StoredFile.objects.filter(pk=file.pk).update(content=b"gAAAA not a token")

    with pytest.raises(Unreadable):
        StoredFile.objects.get().opened()
