package io.dmm.notebook.ijava;

import io.dmm.notebook.Cells;
import io.dmm.notebook.WireContract;
import io.github.spencerpark.jupyter.channels.JupyterConnection;
import io.github.spencerpark.jupyter.kernel.BaseKernel;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import io.github.spencerpark.jupyter.kernel.LanguageInfo;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;

class IJavaWireTest extends WireContract {
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
        TestKernel kernel = new TestKernel(cells);
        IJava.install(kernel);
        kernel.becomeHandlerForConnection(connection);
        connection.connect();
    }

    @Override
    protected void stop() {
        if (connection != null) {
            connection.close();
        }
    }

    private static final class TestKernel extends BaseKernel {
        private final Cells cells;

        TestKernel(Cells cells) {
            this.cells = cells;
        }

        @Override
        public DisplayData eval(String source) {
            Object value = cells.run(source);
            return value == null ? null : getRenderer().render(value);
        }

        @Override
        public LanguageInfo getLanguageInfo() {
            return new LanguageInfo("cells", "1", "text/plain", ".txt", null, null, null);
        }
    }
}
