"""The dashboard's server: on 127.0.0.1 only, opening no browser, telling nobody."""

import importlib.util
import os
import runpy
import socket
import subprocess
import sys
from pathlib import Path

from marketing.errors import InputError, MissingError
from pipelines import lifeline
from pipelines.terminal import tell

ADDRESS = "127.0.0.1"
HOUSE = Path(__file__).resolve().parents[2]


def dashboard(folder: Path, port: int, parent: int | None) -> int:
    """Serve the workspace in this process until Ctrl-C, or as long as the process `parent` lives."""
    refuse_taken(port)
    script = dashboard_script()
    if parent is None:
        from marketing.workspace import Workspace

        Workspace.create(folder)
        tell(f"The dashboard is at {address(port)}. Ctrl-C ends it.")
    else:
        lifeline.end_with(parent)
    os.environ["MARQUEE_WORKSPACE"] = str(folder.absolute())
    os.chdir(script.parent)  # where .streamlit is
    sys.argv = ["streamlit", "run", str(script), *_options(port)]
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Streamlit's own greeting; ours is told already
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
    return 0


def start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """Serve the workspace in another process, which ends with this one."""
    told = ["--workspace", str(folder.absolute()), "--port", str(port), "--parent", str(os.getpid())]
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "pipelines", "dashboard", *told], cwd=HOUSE, stdin=subprocess.DEVNULL
    )


def address(port: int) -> str:
    """What to type into a browser."""
    return f"http://{ADDRESS}:{port}"


def refuse_taken(port: int) -> None:
    """Raise InputError when something listens on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError as error:
            raise InputError(
                f"Port {port} cannot be used ({(error.strerror or 'it is taken').lower()}). "
                f"Choose another: --port {port + 1}, or make run PORT={port + 1}."
            ) from error


def answers(port: int) -> bool:
    """Whether the server is up."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((ADDRESS, port)) == 0


def dashboard_script() -> Path:
    """Where dashboard.py is: beside the packages, in a checkout and when installed."""
    found = importlib.util.find_spec("dashboard")
    if found is None or found.origin is None:
        raise MissingError("dashboard.py is not beside Marquee's packages. Install Marquee again.")
    return Path(found.origin)


def _options(port: int) -> list[str]:
    # Said here too, though .streamlit/config.toml has it, for a server started where that file is not.
    choices = {
        "server.address": ADDRESS,
        "server.port": port,
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.showErrorDetails": "none",
        "client.toolbarMode": "viewer",
        "logger.level": "warning",
    }
    return [f"--{name}={value}" for name, value in choices.items()]
