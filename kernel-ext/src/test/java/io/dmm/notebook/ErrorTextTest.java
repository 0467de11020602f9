package io.dmm.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ErrorTextTest {
    @Test
    void sentenceOfTheLibrary_standsAlone() {
        assertEquals(
                "batch: expected 8 but was 1",
                ErrorText.shorten(
                        """
                        java.lang.IllegalArgumentException: batch: expected 8 but was 1
                        \tat io.dmm.RunChecks.run(RunChecks.java:40)
                        \tat .(#12:1)
                        Caused by: java.io.IOException: other
                        """));
    }

    @Test
    void errorThatJJavaWraps_isTheCellsOwn() {
        String kernel = "\tat org.dflib.jjava.kernel.JavaKernel.doEval(JavaKernel.java:230)\n";
        assertEquals(
                "java.lang.ArrayIndexOutOfBoundsException: Index 5 out of bounds for length 2\n"
                        + "\tat .(#36:1)",
                ErrorText.shorten(
                        "java.lang.RuntimeException: java.lang.ArrayIndexOutOfBoundsException, Index 5"
                                + " out of bounds for length 2\n"
                                + kernel
                                + "Caused by: jdk.jshell.EvalException: Index 5 out of bounds for"
                                + " length 2\n\tat .(#36:1)\n"));
        assertEquals(
                "ImageGrid: rows, expected 1 but was 0",
                ErrorText.shorten(
                        "java.lang.RuntimeException: java.lang.IllegalArgumentException, ImageGrid:"
                                + " rows, expected 1 but was 0\n"
                                + kernel
                                + "Caused by: jdk.jshell.EvalException: ImageGrid: rows, expected 1 but"
                                + " was 0\n"
                                + "\tat io.dmm.pipeline.ImageGrid.requireCount(ImageGrid.java:126)\n"
                                + "\tat .(#33:1)\n"));
    }

    @Test
    void errorOfAnotherLibrary_orOfNoSentence_keepsItsClass() {
        assertEquals(
                "java.nio.file.NoSuchFileException: captions.txt",
                ErrorText.shorten(
                        """
                        java.nio.file.NoSuchFileException: captions.txt
                        \tat java.base/java.nio.file.Files.readAllLines(Files.java:3300)
                        \tat io.dmm.batch.PromptFile.read(PromptFile.java:30)
                        """));
        assertEquals(
                "java.lang.NullPointerException: x is null",
                ErrorText.shorten(
                        """
                        java.lang.NullPointerException: x is null
                        \tat io.dmm.RunChecks.run(RunChecks.java:40)
                        """));
    }

    @Test
    void placeInTheCell_isKept_whereTheCellItselfFailed() {
        assertEquals(
                "java.lang.NullPointerException: x is null\n\tat .f(#4:2)\n\tat .(#5:1)",
                ErrorText.shorten(
                        """
                        java.lang.NullPointerException: x is null
                        \tat .f(#4:2)
                        \tat .(#5:1)
                        \tat java.base/java.lang.Thread.run(Thread.java:840)
                        """));
    }

    @Test
    void errorWithoutAReason_takesTheFirstCauseThatGivesOne() {
        assertEquals(
                "java.lang.ExceptionInInitializerError\n\tat .(#3:1)\n"
                        + "Caused by: java.lang.ArithmeticException: / by zero",
                ErrorText.shorten(
                        """
                        java.lang.ExceptionInInitializerError
                        \tat .(#3:1)
                        \tat java.base/java.lang.reflect.Method.invoke(Method.java:569)
                        Caused by: java.lang.RuntimeException
                        \tat a.B.<clinit>(B.java:50)
                        Caused by: java.lang.ArithmeticException: / by zero
                        \tat a.B.<clinit>(B.java:60)
                        Caused by: java.io.IOException: other
                        """));
    }

    @Test
    void errorWithoutAReasonOrACause_staysAsItIs() {
        assertEquals(
                "java.lang.NullPointerException\n\tat .(#5:1)",
                ErrorText.shorten("java.lang.NullPointerException\n\tat .(#5:1)\n"));
    }

    @Test
    void sentenceOfSeveralLines_staysWhole() {
        assertEquals("E: one\ntwo", ErrorText.shorten("E: one\ntwo\n\tat a.B.c(B.java:1)\n"));
    }
}
