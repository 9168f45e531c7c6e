"""Make the project's virtualenv and fill it from a lock file; uses the standard library only.

Written without newer syntax, so that an old Python can still say what it needs.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV_PYTHON = ROOT / ".venv" / "bin" / "python"
OLDEST_PYTHON = (3, 11)
OLDEST_PIP = (22, 3)  # the first pip with --python

NEED_PYTHON = """\
需要 Python 3.11 或更高版本，当前是 {}。
请安装后重试；若新版本已装在别处，可指明：make PYTHON=python3.11 run
"""
NEED_PIP = """\
找不到可用的 pip（需要 22.3 或更高版本）。
Debian、Ubuntu 请执行：apt-get install python3-pip    （没有 root 权限请在前面加 sudo）
其他系统请执行：python3 -m ensurepip --upgrade
装好后重新运行 make。
"""
FAILED = """\
Python 依赖没有装成（见上面的 pip 输出）。常见原因是连不上软件包镜像。
检查网络或 pip 的镜像设置后，重新运行 make 即可，已装好的部分不会重装。
"""


def pip_is_new_enough(pip: list) -> bool:
    """Whether this pip command runs and can install into another environment."""
    answer = subprocess.run([*pip, "--version"], capture_output=True, text=True, check=False)
    version = re.match(r"pip (\d+)\.(\d+)", answer.stdout)
    return version is not None and (int(version[1]), int(version[2])) >= OLDEST_PIP


def pip_command() -> list:
    """The pip to use: the system's, else the one that Python brings along; empty if neither."""
    system = [sys.executable, "-m", "pip"]
    if pip_is_new_enough(system):
        return [*system, "--python", str(VENV_PYTHON)]
    own = [str(VENV_PYTHON), "-m", "pip"]
    if not pip_is_new_enough(own):
        bundled = [str(VENV_PYTHON), "-m", "ensurepip", "--upgrade"]
        subprocess.run(bundled, capture_output=True, check=False)
    return own if pip_is_new_enough(own) else []


def install(lock: Path) -> None:
    """Install exactly what the lock file lists, hashes checked."""
    if not VENV_PYTHON.exists():
        venv = [sys.executable, "-m", "venv", "--without-pip", str(ROOT / ".venv")]
        subprocess.run(venv, check=True)
    pip = pip_command()
    if not pip:
        sys.exit(NEED_PIP)
    command = [*pip, "install", "--quiet", "--no-deps", "--require-hashes", "-r", str(lock)]
    if subprocess.run(command, check=False).returncode:
        sys.exit(FAILED)


def main() -> None:
    """Install the lock file named on the command line."""
    if sys.version_info < OLDEST_PYTHON:
        sys.exit(NEED_PYTHON.format(sys.version.split()[0]))
    lock = ROOT / sys.argv[1]
    print("正在安装 Python 依赖（" + lock.name + "）……", flush=True)
    install(lock)


if __name__ == "__main__":
    main()
