package io.dmm.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class ErrorTextTest {
    @Test
    void libraryFrames_andCauses_areLeftOff() {
        assertEquals(
                "java.lang.IllegalArgumentException: batch: expected 8 but was 1",
                ErrorText.shorten(
                        """
                        java.lang.IllegalArgumentException: batch: expected 8 but was 1
                        \tat io.dmm.RunChecks.run(RunChecks.java:40)
                        \tat .(#12:1)
                        Caused by: java.io.IOException: other
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
    void sentenceOfSeveralLines_staysWhole() {
        assertEquals("E: one\ntwo", ErrorText.shorten("E: one\ntwo\n\tat a.B.c(B.java:1)\n"));
    }
}
