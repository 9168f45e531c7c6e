"""The web server of `make run` and of the browser tests.

One process by default: SQLite and the in-process job runner want their writers side by side.
On PostgreSQL and Redis set WEB_WORKERS=2 or more.
"""

import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
wsgi_app = "pingan.wsgi"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "1"))
threads = 4
timeout = 60
loglevel = "warning"


def when_ready(server: object) -> None:
    """Print the address once the port really answers."""
    print(f"\n平安创建已启动，请用浏览器打开：http://{bind}/\n按 Ctrl+C 停止。\n", flush=True)
