package io.dmm.notebook.jjava;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class DmmExtensionTest {
    private static final ProcessHandle PARENT = ProcessHandle.current().parent().orElseThrow();

    @Test
    void server_isTheParentThatSaysSo() {
        String pid = Long.toString(PARENT.pid());
        assertEquals(Optional.of(PARENT), DmmExtension.server(pid, "Linux"));
        assertEquals(Optional.of(PARENT), DmmExtension.server(pid, "Mac OS X"));
    }

    @Test
    void otherNumbers_areNoServer() {
        String own = Long.toString(ProcessHandle.current().pid());
        assertEquals(Optional.empty(), DmmExtension.server(own, "Linux"));
        assertEquals(Optional.empty(), DmmExtension.server("handle", "Linux"));
        assertEquals(Optional.empty(), DmmExtension.server(null, "Linux"));
    }

    @Test
    void handleOfWindows_isNoServer() {
        String pid = Long.toString(PARENT.pid());
        assertEquals(Optional.empty(), DmmExtension.server(pid, "Windows 11"));
    }
}
