package io.dmm.notebook.jjava;

import io.dmm.notebook.Cells;
import io.dmm.notebook.WireContract;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.dflib.jjava.jupyter.channels.JupyterConnection;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.JupyterIO;
import org.dflib.jjava.jupyter.kernel.KernelConnectionProperties;
import org.dflib.jjava.jupyter.kernel.LanguageInfo;
import org.dflib.jjava.jupyter.kernel.ReplacementOptions;
import org.dflib.jjava.jupyter.kernel.comm.CommManager;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.dflib.jjava.jupyter.kernel.magic.MagicsRegistry;
import org.dflib.jjava.jupyter.kernel.util.StringStyler;

class JJavaWireTest extends WireContract {
    private TestKernel kernel;
    private JupyterConnection connection;

    @Override
    protected void start(int[] port) throws Exception {
        connection =
                new JupyterConnection(
                        new KernelConnectionProperties(
                                "127.0.0.1",
                                port[0],
                                port[1],
                                port[2],
                                port[3],
                                port[4],
                                "tcp",
                                "hmac-sha256",
                                KEY));
        kernel = new TestKernel(cells);
        kernel.onStartup(); // finds the extension by itself
        kernel.becomeHandlerForConnection(connection);
        connection.connect();
    }

    @Override
    protected void stop() {
        if (kernel != null) {
            kernel.onShutdown(false);
        }
        if (connection != null) {
            connection.close();
        }
    }

    private static final class TestKernel extends BaseKernel {
        private final Cells cells;

        TestKernel(Cells cells) {
            super(
                    "test",
                    "1",
                    new LanguageInfo("cells", "1", "text/plain", ".txt", null, null, null),
                    List.of(),
                    null,
                    new JupyterIO(StandardCharsets.UTF_8),
                    new CommManager(),
                    new Renderer(),
                    null,
                    new MagicsRegistry(),
                    true,
                    new StringStyler("", "", "", line -> "|   "));
            this.cells = cells;
        }

        @Override
        public Object evalRaw(String source) {
            return cells.run(source);
        }

        @Override
        public void interrupt() {
            cells.interrupt();
        }

        @Override
        public DisplayData inspect(String code, int at, boolean extraDetail) {
            return null;
        }

        @Override
        public ReplacementOptions complete(String code, int at) {
            return null;
        }

        @Override
        public String isComplete(String code) {
            return IS_COMPLETE_YES;
        }
    }
}
