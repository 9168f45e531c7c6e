"""Install the browser assets and fonts of package-lock.json with npm; their scripts never run."""

import shutil
import subprocess
import sys
from pathlib import Path

from install import ROOT, install

NODE_LOCK = ROOT / "requirements-node.lock"
VENV_NPM = ROOT / ".venv" / "bin" / "npm"
FAILED = """\
浏览器资源没有装成（见上面的 npm 输出）。常见原因是连不上软件包镜像。
检查网络或 npm 的镜像设置后，重新运行 make 即可。
"""


def npm() -> Path:
    """The system's npm, else the one of a Python package, installed here into the virtualenv."""
    found = shutil.which("npm")
    if found:
        return Path(found)
    if not VENV_NPM.exists():
        print("本机没有 npm，正在把 Node.js 装入 .venv（只供本项目使用）……", flush=True)
        install(NODE_LOCK)
    return VENV_NPM


def main() -> None:
    """Run npm ci; what is already in npm's cache needs no network."""
    print("正在安装浏览器资源……", flush=True)
    command = [str(npm()), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
