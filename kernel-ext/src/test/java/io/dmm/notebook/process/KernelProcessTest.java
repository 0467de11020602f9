package io.dmm.notebook.process;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The real kernel, as a front end sees it; src/test/python/kernel_check.py says what is expected.
 */
class KernelProcessTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "shown_picture_is_a_whole_png",
                "error_is_one_sentence",
                "interrupt_keeps_a_checkpoint_and_the_kernel",
                "sigterm_ends_the_process",
            })
    void kernel(String check) throws Exception {
        PythonCheck.run("kernel_check.py", check);
    }
}
