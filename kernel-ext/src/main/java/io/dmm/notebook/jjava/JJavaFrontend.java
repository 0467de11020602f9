package io.dmm.notebook.jjava;

import io.dmm.notebook.Frontend;
import io.dmm.notebook.render.Bundle;
import java.lang.reflect.Field;
import java.util.UUID;
import org.dflib.jjava.jupyter.channels.ShellReplyEnvironment;
import org.dflib.jjava.jupyter.kernel.DisplayStream;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.messages.ContentType;
import org.dflib.jjava.jupyter.messages.Message;
import org.dflib.jjava.jupyter.messages.publish.PublishDisplayData;
import org.dflib.jjava.jupyter.messages.publish.PublishUpdateDisplayData;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows values below cells of JJava. */
final class JJavaFrontend implements Frontend {
    private static final Logger LOGGER = LoggerFactory.getLogger(JJavaFrontend.class);

    private final DisplayStream stream;

    JJavaFrontend(DisplayStream stream) {
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
     * The cell that runs, which JJava forgets when it is interrupted, while its run has yet to show
     * where it stopped; null where a later JJava keeps it elsewhere.
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
