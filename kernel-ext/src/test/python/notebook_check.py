"""Executes a notebook top to bottom, as a user would, and looks at what it left.

    python notebook_check.py notebooks/01-quickstart.ipynb
"""

import base64
import struct
import sys
import tempfile
import zlib
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from kernel import KERNEL

MAX_OUTPUTS = 20
MAX_BYTES = 2_000_000
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of a PNG's colour types


def png_size(png):
    """Decodes the whole of a PNG and gives its width and height."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n", f"expected a PNG but it begins {png[:8]}"
    chunks, offset = {}, 8
    while offset < len(png):
        (length,) = struct.unpack_from(">I", png, offset)
        kind, data = png[offset + 4 : offset + 8], png[offset + 8 : offset + 8 + length]
        (crc,) = struct.unpack_from(">I", png, offset + 8 + length)
        assert crc == zlib.crc32(kind + data), f"the checksum of a PNG's {kind} is wrong"
        chunks[kind] = chunks.get(kind, b"") + data
        offset += length + 12
    assert b"IEND" in chunks, "the PNG has no end"
    width, height, depth, colour, *_ = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    row = 1 + (width * CHANNELS[colour] * depth + 7) // 8
    assert len(zlib.decompress(chunks[b"IDAT"])) == row * height, "rows of the PNG are missing"
    return width, height


def check_picture(output):
    width, height = png_size(base64.b64decode(output.data["image/png"], validate=True))
    stated = output.metadata.get("image/png", {})
    shown = stated.get("width", width), stated.get("height", height)
    density = width / shown[0]  # sharp screens show two pixels to each CSS pixel
    undistorted = abs(height / density - shown[1]) <= 1
    assert 1 <= density <= 2 and undistorted, f"{width}x{height} pixels are stated as {shown}"


def warns(output):
    """Whether it is more than the logger's information lines, such as where a resumed run goes on."""
    lines = output.text.splitlines() if output.get("name") == "stderr" else []
    return any(not line.startswith("[I ") for line in lines)


def check(notebook):
    pictures = 0
    for cell in notebook.cells:
        outputs = cell.get("outputs", [])
        assert len(outputs) < MAX_OUTPUTS, f"{len(outputs)} outputs: {cell.source}"
        for output in outputs:
            assert output.output_type != "error", f"{output.evalue}: {cell.source}"
            assert not warns(output), f"{output.text}: {cell.source}"
            if "image/png" in output.get("data", {}):
                check_picture(output)
                pictures += 1
    assert pictures > 0, "expected pictures but there is none"
    size = len(nbformat.writes(notebook).encode())
    assert size < MAX_BYTES, f"expected less than {MAX_BYTES} bytes but was {size}"


def main(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    kernel = notebook.metadata.kernelspec.name
    assert kernel == KERNEL, f"{path}: expected the kernel {KERNEL} but was {kernel}"
    check(notebook)  # what is committed, of a full run
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        client = NotebookClient(notebook, timeout=600, kernel_name=KERNEL, resources=resources)
        # where tutorials keep models that nobody has named a folder for
        client.create_kernel_manager().kernel_spec.argv.insert(1, f"-Djava.io.tmpdir={folder}")
        client.execute()
    check(notebook)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
