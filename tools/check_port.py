"""Say in plain words, before any work is done, that the port of `make run` is taken."""

import os
import socket
import sys

TAKEN = """\
端口 {port} 已被其他程序占用（也许平安创建已经在运行）。
请先停掉它，或换一个端口：make run PORT={other}
"""
NOT_A_PORT = "PORT 必须是 1 到 65535 之间的整数，现在是“{}”。\n"


def main() -> None:
    """Try the port of the environment, exactly as the server will."""
    given = os.environ.get("PORT", "8000")
    if not given.isdecimal() or not 0 < int(given) < 65536:
        sys.exit(NOT_A_PORT.format(given))
    port = int(given)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((os.environ.get("HOST", "127.0.0.1"), port))
        except PermissionError:
            sys.exit(f"没有权限使用端口 {port}，请换一个 1024 以上的端口：make run PORT=8000\n")
        except OSError:
            sys.exit(TAKEN.format(port=port, other=port + 1 if port < 65535 else 8000))


if __name__ == "__main__":
    main()
