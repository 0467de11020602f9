package io.dmm.notebook.ijava;

import io.dmm.notebook.ErrorText;
import io.dmm.notebook.Notebook;
import io.dmm.notebook.render.Renderer;
import io.dmm.notebook.render.Renderers;
import io.github.spencerpark.jupyter.kernel.BaseKernel;

/** Installs this library into IJava: {@code io.dmm.notebook.ijava.IJava.install();}. */
public final class IJava {
    private static final String KERNEL = "io.github.spencerpark.ijava.IJava";

    private IJava() {}

    /**
     * Registers the renderers with the kernel whose cell calls this.
     *
     * @throws IllegalStateException if no kernel of IJava runs
     */
    public static void install() {
        BaseKernel kernel;
        try {
            // not at compile time: IJava itself is no artifact of Maven Central
            kernel = (BaseKernel) Class.forName(KERNEL).getMethod("getKernelInstance").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw notRunning(e);
        }
        if (kernel == null) {
            throw notRunning(null);
        }
        install(kernel);
    }

    private static IllegalStateException notRunning(Exception cause) {
        return new IllegalStateException(
                "IJava: expected to be called in a cell of IJava but no kernel of it runs; JJava"
                        + " needs no such line",
                cause);
    }

    static void install(BaseKernel kernel) {
        Renderers.all().forEach(renderer -> register(kernel, renderer));
        Notebook.attach(new IJavaFrontend(kernel.getIO().display));
        if (!ErrorText.isWhole()) {
            SentenceStyler.install(kernel);
        }
    }

    private static <T> void register(BaseKernel kernel, Renderer<T> renderer) {
        kernel.getRenderer()
                .createRegistration(renderer.type())
                .preferring(renderer.mime())
                .register(
                        (value, context) ->
                                IJavaFrontend.fill(
                                        context.getOutputContainer(), renderer.render(value)));
    }
}
