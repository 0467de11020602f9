"""An event file as TensorBoard's own messages and record writer make it."""

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

WALL_TIME = 1_700_000_000.25


def write_events(folder):
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "events", "wb") as file:
        writer = RecordWriter(file)
        for event in events():
            event.wall_time = WALL_TIME
            writer.write(event.SerializeToString(deterministic=True))


def events():
    yield Event(file_version="brain.Event:2")
    yield Event(step=300, session_log=SessionLog(status=SessionLog.START))
    yield scalars(
        300,
        {
            "loss/total": 0.5,
            "learning_rate": 1e-3,
            "gradient_norm": 2.25,
            "samples_per_second": 0.0,
            "loss/adversarial": float("nan"),
            "loss/score": 0.25,
            "loss/score/ink v1.5": 1e-9,
        },
    )
    yield scalars(1 << 33, {"closed_gap/ink v1.5": -0.125, "fid": 12.5})


def scalars(step, values):
    return Event(step=step, summary=Summary(value=[Summary.Value(tag=t, simple_value=v) for t, v in values.items()]))
