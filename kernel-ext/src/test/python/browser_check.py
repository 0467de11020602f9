"""Runs a notebook in JupyterLab in a headless Chromium and leaves screenshots of what a user sees.

    python browser_check.py notebooks/01-quickstart.ipynb folder-for-screenshots

Exit code 77 where there is no browser to run it in; the last line then says what is missing.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import get_kernel_spec

from kernel import KERNEL

try:
    from playwright.sync_api import expect, sync_playwright
except ImportError:
    requirements = Path(__file__).resolve().with_name("requirements.txt")
    print(f"playwright is missing; {sys.executable} -m pip install -r {requirements}")
    sys.exit(77)

LAUNCHER = Path(__file__).resolve().parents[4] / "notebooks" / "lab"
CHROMIUM = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SECONDS = 1000  # in playwright's unit


@contextmanager
def jupyter_lab(root):
    """The lab as notebooks/lab starts it, but with a home of its own; gives its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    homes = ["JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR"]
    environment = {**os.environ, **{name: str(root / "home" / name) for name in homes}}
    # nothing is built while Maven may be running this
    environment["DMM_CLASS_PATH"] = get_kernel_spec(KERNEL).env["JJAVA_CLASSPATH"]
    # cells out of sight stay in the page, where the check can see them
    setting = root / "home/JUPYTERLAB_SETTINGS_DIR/@jupyterlab/notebook-extension/tracker.jupyterlab-settings"
    setting.parent.mkdir(parents=True)
    setting.write_text('{"windowingMode": "none"}')
    log = root / "lab.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [LAUNCHER, "--no-browser", "--allow-root", f"--port={port}", "--ServerApp.port_retries=0",
             f"--ServerApp.root_dir={root}", "--IdentityProvider.token=check",
             "--LabApp.expose_app_in_browser=True"],
            env=environment, stdout=out, stderr=out)  # fmt: skip
    try:
        wait_for_server(server, port, log)
        yield f"http://127.0.0.1:{port}"
        kernels = [pid for pid, (parent, _) in processes().items() if parent == server.pid]
        server.send_signal(signal.SIGINT)
        assert server.wait(20) == 0, f"Ctrl-C left exit code {server.returncode}: {log.read_text()}"
        wait_for_end(kernels)
    finally:
        server.terminate()  # also ends the kernels of a failed check
        server.wait(20)


def processes():
    """Parent and state of every process; of none where there is no /proc."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):  # one that has just ended
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            found[int(stat.parent.name)] = int(parent), state
    return found


def wait_for_end(kernels):
    """A kernel ends with its server; one that its new parent has not yet seen is a zombie, Z."""
    assert kernels or sys.platform != "linux", "expected a kernel below the server but saw none"
    end = time.monotonic() + 20
    while left := [pid for pid, (_, state) in processes().items() if pid in kernels and state != "Z"]:
        assert time.monotonic() < end, f"Ctrl-C left kernels running: {left}"
        time.sleep(0.2)


def wait_for_server(server, port, log):
    end = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            assert server.poll() is None, f"JupyterLab did not start: {log.read_text()}"
            assert time.monotonic() < end, f"JupyterLab took over a minute: {log.read_text()}"
            time.sleep(0.2)


def open_notebook(page, address, name):
    page.goto(f"{address}/lab/tree/{name}?token=check")
    page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for(timeout=60 * SECONDS)
    page.wait_for_function(
        """() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel
            ?.connectionStatus === 'connected'""",
        timeout=60 * SECONDS,
    )


def live(page, shots):
    """Watches the distillation: one picture, which changes in place until the cell ends."""
    cell = page.locator(".jp-CodeCell", has_text="Notebook.live()")
    picture = cell.locator(".jp-OutputArea-output img")
    picture.wait_for(timeout=300 * SECONDS)
    states = set()

    def collect():
        for state in picture.evaluate_all("images => images.map(image => image.src)"):
            if state not in states:
                states.add(state)
                page.screenshot(path=shots / f"live-{min(len(states), 9)}.png")

    while "[*]" in cell.locator(".jp-InputPrompt").inner_text():
        collect()
        time.sleep(0.2)
    cell.scroll_into_view_if_needed()
    picture.wait_for()
    collect()
    assert len(states) >= 2, f"expected moving progress but saw {len(states)} pictures"
    assert picture.count() == 1, f"expected one picture of the run but saw {picture.count()}"


def look(page, shots):
    """Waits for the last cell and looks at the notebook: pictures visible, nothing in the way."""
    prompts = page.locator(".jp-CodeCell .jp-InputPrompt")
    for n in range(prompts.count()):
        expect(prompts.nth(n)).not_to_contain_text("[*]", timeout=300 * SECONDS)  # runs or waits
    assert page.locator(".jp-Dialog").count() == 0, page.locator(".jp-Dialog").inner_text()
    for kind in ["stderr", "error"]:
        said = page.locator(f".jp-OutputArea [data-mime-type$='.{kind}']")
        assert said.count() == 0, said.all_inner_texts()
    cells = page.locator(".jp-CodeCell")
    pictures = 0
    for n in range(cells.count()):
        cells.nth(n).scroll_into_view_if_needed()
        images = cells.nth(n).locator(".jp-OutputArea-output img")
        for i in range(images.count()):
            images.nth(i).scroll_into_view_if_needed()
            expect(images.nth(i)).to_be_visible()
            assert images.nth(i).evaluate("i => i.complete && i.naturalWidth") > 0, "a broken picture"
            pictures += 1
        if images.count():
            page.screenshot(path=shots / f"cell-{n}.png")
    assert pictures >= 3, f"expected at least 3 pictures but saw {pictures}"


def main(path, shots):
    shots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        nbformat.write(notebook, Path(folder, path.name))
        with jupyter_lab(Path(folder)) as address:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            open_notebook(page, address, path.name)
            page.screenshot(path=shots / "opened.png")
            page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }")
            live(page, shots)
            look(page, shots)
            browser.close()


if __name__ == "__main__":
    if CHROMIUM is None:
        print("Chromium is missing; install it, on Debian: apt-get install chromium")
        sys.exit(77)
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
