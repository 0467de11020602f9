"""Writes the kernel "Java (DMM)" and the lab's settings into this Python environment.

notebooks/lab calls it with the JVM's options as arguments.
"""

import json
import os
import sys
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parent
SHARE = Path(sys.prefix, "share", "jupyter")
# set by notebooks/lab; glibc reads these when the process starts, so the kernelspec must hold them
MALLOC = ["MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "GLIBC_TUNABLES"]


def write(path, value):
    """Leaves a file alone that says the same: in a shared checkout it may be another user's."""
    text = json.dumps(value, indent=2) + "\n"
    try:
        if not path.exists() or path.read_text() != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    except OSError as e:
        print(
            f"notebooks/lab: {path} cannot be written ({e.strerror});"
            " name a folder for an environment of your own as DMM_VENV",
            file=sys.stderr,
        )
        sys.exit(2)


# JJava's own launcher would start a second JVM and split the options at blanks, also those in a path.
argv = [os.environ["DMM_JAVA"], *sys.argv[1:]]
argv += ["--add-opens", "jdk.jshell/jdk.jshell=ALL-UNNAMED"]
argv += ["-jar", str(SHARE / "kernels" / "java" / "jjava.jar"), "{connection_file}"]
write(
    SHARE / "kernels" / "dmm-java" / "kernel.json",
    {
        "argv": argv,
        "display_name": "Java (DMM)",
        "language": "java",
        "interrupt_mode": "message",
        "env": {
            "JJAVA_CLASSPATH": os.environ["DMM_CLASS_PATH"],
            "JJAVA_STARTUP_SCRIPTS_PATH": str(NOTEBOOKS / "startup.jsh"),
            **{name: os.environ[name] for name in MALLOC},
            **{name: os.environ[name] for name in ["LC_ALL"] if name in os.environ},
        },
    },
)
# Not on the command line, where a user may name another folder.
write(
    Path(sys.prefix, "etc", "jupyter", "jupyter_server_config.json"),
    {"ServerApp": {"root_dir": str(NOTEBOOKS)}},
)
# No question about news over the first notebook, and nothing asked of the network.
write(
    SHARE / "lab" / "settings" / "overrides.json",
    {
        "@jupyterlab/apputils-extension:notification": {
            "fetchNews": "false",
            "checkForUpdates": False,
        }
    },
)
