"""Checks of the real kernel, one a run: python kernel_check.py NAME."""

import base64
import os
import signal
import sys
import time

from kernel import Kernel
from notebook_check import png_size

BASE = "var world = TinyWorld.open(); var base = world.base();"
FIRST_PICTURE = BASE + 'show(base.sample("a red house on the left, by the sea").seed(7).image());'
MOST_SECONDS = 30  # from a cold kernel to the first picture: 12 on a free machine, and slack for a busy one
DISTILL = """
    Dmm.distill(base).experts(world.experts()).captions(TinyWorld.pictures(16))
        .steps(100_000).batch(8).checkpoints(Path.of("run"), 100_000)
        .listen(Notebook.live()).run();
"""


def wait_for(condition, what, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"after {seconds} s {what}"
        time.sleep(0.1)


def expect_one_sentence(cell, *words):
    """JJava adds a rule, and above an interruption the cell's source; neither says anything."""
    assert cell.error() is not None, f"expected an error but was {cell.outputs}"
    lines = [line.lstrip("| ") for line in cell.error()]
    said = [line for line in lines if line.strip("-") and line not in cell.source_lines]
    assert len(said) == 1, f"expected one sentence but was {said}"
    assert all(word in said[0] for word in words), f"expected {words} in: {said[0]}"
    assert cell.stream("stderr") == "", cell.stream("stderr")


def shown_picture_is_a_whole_png(kernel):
    begin = time.monotonic()
    cell = kernel.run(FIRST_PICTURE)
    seconds = kernel.seconds_to_ready + time.monotonic() - begin
    assert len(cell.outputs) == 1, cell.outputs
    (png,) = cell.pngs()
    width, height = png_size(base64.b64decode(png, validate=True))
    assert width == height and width % 64 == 0, (width, height)
    assert "a red house" in cell.outputs[0]["data"]["text/plain"]
    print(f"from a cold kernel to the first picture: {seconds:.1f} s")
    assert seconds <= MOST_SECONDS, f"expected the first picture within {MOST_SECONDS} s but it took {seconds:.1f} s"


def error_is_one_sentence(kernel):
    kernel.run(BASE)
    cell = kernel.run('base.sample("a red house").style("ink").image()')
    expect_one_sentence(cell, "style 'ink'", "expected none")
    assert [line for line in cell.error() if line.lstrip("| ").startswith("style 'ink'")], cell.error()
    own = [line.strip("| \t") for line in kernel.run("int[] two = new int[2];\ntwo[5] = 1;").error()]
    assert own[1].endswith("Exception: Index 5 out of bounds for length 2"), own
    assert own[2].startswith("at .(#"), own
    assert kernel.run("1 + 1").outputs[0]["data"]["text/plain"] == "2"


def interrupt_keeps_a_checkpoint_and_the_kernel(kernel):
    kernel.run(BASE)
    sent = []

    def interrupt_once_it_shows(cell):
        if cell.updates > 1 and not sent:
            kernel.manager.interrupt_kernel()
            sent.append(time.monotonic())

    cell = kernel.run(DISTILL, during=interrupt_once_it_shows)
    assert sent and time.monotonic() - sent[0] < 5, "the cell ran on for over 5 s"
    expect_one_sentence(cell, "interrupted")
    run = kernel.path / "run"
    # complete ones; a draft's name goes on after the step
    steps = lambda: sorted(int(f.name[5:]) for f in run.glob("step-" + 8 * "[0-9]"))
    wait_for(lambda: steps() and steps()[-1] > 0, "there is no checkpoint of the interrupted run")
    resumed = kernel.run(f"Dmm.distill(base).experts(world.experts()).captions(TinyWorld.pictures(16))"
                         f".steps({steps()[-1] + 1}).batch(8).checkpoints(Path.of(\"run\"), 100_000).run().styles()")  # fmt: skip
    assert resumed.error() is None, resumed.error()
    assert "training goes on after step" in resumed.stream("stderr"), resumed.outputs
    assert "ink" in resumed.outputs[-1]["data"]["text/plain"]


def sigterm_ends_the_process(kernel):
    kernel.run(BASE)
    pid = kernel.manager.provisioner.pid
    os.kill(pid, signal.SIGTERM)
    wait_for(lambda: not kernel.manager.is_alive(), "the kernel still runs", seconds=10)
    assert not list(kernel.path.glob("hs_err*")), "the kernel crashed"


if __name__ == "__main__":
    with Kernel() as kernel:
        globals()[sys.argv[1]](kernel)
