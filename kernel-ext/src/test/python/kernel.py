"""A running kernel "Java (DMM)" of this environment, as a front end sees it."""

import os
import queue
import re
import tempfile
import time
from pathlib import Path

from jupyter_client.manager import KernelManager

KERNEL = "dmm-java"
ANSI = re.compile(r"\x1b\[[0-9;]*m")


class Cell:
    """What came back from one cell: its outputs in the form of nbformat, displays updated in place."""

    def __init__(self, source):
        self.source_lines = [line.strip() for line in source.splitlines()]
        self.outputs = []
        self.updates = 0

    def add(self, kind, content):
        if kind == "update_display_data":
            self.updates += 1
            display = content["transient"]["display_id"]
            for output in self.outputs:
                if output.get("transient", {}).get("display_id") == display:
                    output.update(data=content["data"], metadata=content["metadata"])
        else:
            self.outputs.append({"output_type": kind, **content})

    def pngs(self):
        return [o["data"]["image/png"] for o in self.outputs if "image/png" in o.get("data", {})]

    def error(self):
        """The error's lines without colours; None where the cell succeeded."""
        for output in self.outputs:
            if output["output_type"] == "error":
                return [ANSI.sub("", line) for line in output["traceback"] if line.strip()]
        return None

    def stream(self, name):
        return "".join(o["text"] for o in self.outputs if o.get("name") == name)


class Kernel:
    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name)
        self.log = self.path / "kernel.log"
        begin = time.monotonic()
        self.manager = KernelManager(kernel_name=KERNEL)
        with self.log.open("wb") as log:
            self.manager.start_kernel(cwd=self.folder.name, stdout=log, stderr=log, env=os.environ)
        self.client = self.manager.client()
        self.client.start_channels()
        try:
            self.client.wait_for_ready(timeout=60)
        except RuntimeError as e:
            raise AssertionError(f"the kernel did not start: {self.log.read_text()}") from e
        self.seconds_to_ready = time.monotonic() - begin
        return self

    def __exit__(self, *ignored):
        self.client.stop_channels()
        if self.manager.is_alive():
            self.manager.shutdown_kernel()  # and lets it remove what it has written
        self.folder.cleanup()

    def run(self, code, timeout=120, during=lambda cell: None):
        """Runs a cell to its end; `during` sees it after each message."""
        message = self.client.execute(code)
        cell = Cell(code)
        end = time.monotonic() + timeout
        while True:
            try:
                reply = self.client.get_iopub_msg(timeout=max(0, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"after {timeout} s the cell still ran: {code}") from None
            if reply["parent_header"].get("msg_id") != message:
                continue
            kind, content = reply["msg_type"], reply["content"]
            if kind == "status" and content["execution_state"] == "idle":
                return cell
            if kind in ("stream", "error", "display_data", "execute_result", "update_display_data"):
                cell.add(kind, content)
                during(cell)
