package io.dmm.notebook.process;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The first tutorial in JupyterLab, in a headless Chromium; leaves screenshots in the target
 * folder.
 */
class BrowserTest {
    @Test
    void quickstart_showsProgressAndPictures() throws Exception {
        Path notebook = PythonCheck.ROOT.resolve("notebooks/01-quickstart.ipynb");
        PythonCheck.run(
                "browser_check.py", notebook.toString(), Path.of("target/screenshots").toString());
    }
}
