"""The WSGI entry."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingan.settings")

application = get_wsgi_application()

from pingan import jobs  # noqa: E402 - models exist only once the application is set up

jobs.watch()
