package io.dmm.notebook.jjava;

import io.dmm.notebook.ErrorText;
import io.dmm.notebook.Notebook;
import io.dmm.notebook.render.Renderer;
import io.dmm.notebook.render.Renderers;
import java.util.Optional;
import org.dflib.jjava.jupyter.Extension;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Installs this library into JJava, which finds it on its class path. */
public final class DmmExtension implements Extension {
    private static final Logger LOGGER = LoggerFactory.getLogger(DmmExtension.class);

    /** Registers the renderers; a kernel would not start after an exception here. */
    @Override
    public void install(BaseKernel kernel) {
        try {
            Renderers.all().forEach(renderer -> register(kernel, renderer));
            Notebook.attach(new JJavaFrontend(kernel.getIO().display));
            if (!ErrorText.isWhole()) {
                SentenceStyler.install(kernel);
            }
            endWithServer();
        } catch (Throwable e) {
            LOGGER.error("The kernel starts without the DMM extension", e);
        }
    }

    /**
     * A kernel that its server leaves behind, as JupyterLab may when it is stopped, would hold its
     * memory for ever; Python's kernel watches its parent likewise.
     */
    private static void endWithServer() {
        server(System.getenv("JPY_PARENT_PID"), System.getProperty("os.name"))
                .ifPresent(server -> server.onExit().thenRun(() -> System.exit(0)));
    }

    /**
     * The process that started this one, if it says that it is the server. On Windows it says a
     * handle of the process instead, which may be the number of any other.
     */
    static Optional<ProcessHandle> server(String parentPid, String system) {
        return system.startsWith("Windows")
                ? Optional.empty()
                : ProcessHandle.current()
                        .parent()
                        .filter(parent -> Long.toString(parent.pid()).equals(parentPid));
    }

    private static <T> void register(BaseKernel kernel, Renderer<T> renderer) {
        kernel.getRenderer()
                .createRegistration(renderer.type())
                .preferring(renderer.mime())
                .register(
                        (value, context) ->
                                JJavaFrontend.fill(
                                        context.getOutputContainer(), renderer.render(value)));
    }
}
