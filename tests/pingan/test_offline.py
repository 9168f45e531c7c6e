from django.test import Client
from django.urls import reverse

from pingan.models import User


def test_worker_comes_from_the_root_and_is_never_kept(client: Client):
    answer = client.get("/service-worker.js")

    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    assert 'addEventListener("fetch"' in answer.content.decode()


def test_offline_page_names_nobody(county_officer: User):
    client = Client()
    client.force_login(county_officer, backend="django.contrib.auth.backends.ModelBackend")

    page = client.get(reverse("pingan:offline-page")).content.decode()

    assert "现在没有网络" in page
    assert county_officer.display_name not in page
    assert "csrfmiddlewaretoken" not in page
