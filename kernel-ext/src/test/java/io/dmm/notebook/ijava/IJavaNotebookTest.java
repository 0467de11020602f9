package io.dmm.notebook.ijava;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dmm.notebook.JupyterClient;
import io.dmm.notebook.JupyterClient.Message;
import io.dmm.notebook.Notebook;
import io.dmm.notebook.WireContract;
import io.github.spencerpark.jupyter.channels.JupyterConnection;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A notebook written for IJava, its line that installs this library among its cells. */
@Timeout(60)
class IJavaNotebookTest {
    private static final String KEY = "a-key-of-the-test";

    @AfterEach
    void forgetTheKernel() {
        io.github.spencerpark.ijava.IJava.run(null);
        Notebook.attach(null);
    }

    @Test
    void notebook_showsItsPicturesAndItsRun() throws Exception {
        List<List<Message>> outputs = run("/ijava.ipynb");
        assertEquals(List.of(), outputs.get(0), "the line that installs");
        Message result = only(outputs.get(1), "execute_result");
        assertTrue(result.content().get("data").has("image/png"));
        assertEquals(256, result.content().at("/metadata/image~1png/width").asInt());
        Message shown = only(outputs.get(2), "display_data");
        assertEquals("[row 0, row 1]", shown.content().at("/data/text~1plain").asText());
        Message first = only(outputs.get(3), "display_data");
        Message last = outputs.get(3).get(outputs.get(3).size() - 1);
        assertEquals("update_display_data", last.type());
        assertEquals(id(first), id(last));
        String text = last.content().at("/data/text~1plain").asText();
        assertTrue(text.startsWith("finished  3 of 3"), text);
    }

    @Test
    void lineOutsideIJava_isRefused() {
        assertEquals(
                "IJava: expected to be called in a cell of IJava but no kernel of it runs; JJava"
                        + " needs no such line",
                assertThrows(IllegalStateException.class, IJava::install).getMessage());
    }

    /** Returns what each code cell published, without its begin and end. */
    private static List<List<Message>> run(String notebook) throws Exception {
        try {
            return runOnce(notebook);
        } catch (JupyterClient.NoAnswer portTaken) {
            return runOnce(notebook);
        }
    }

    private static List<List<Message>> runOnce(String notebook) throws Exception {
        int[] port = WireContract.freePorts();
        JupyterConnection connection =
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
        try (JShellKernel kernel = new JShellKernel()) {
            io.github.spencerpark.ijava.IJava.run(kernel);
            kernel.becomeHandlerForConnection(connection);
            connection.connect();
            List<List<Message>> outputs = new ArrayList<>();
            try (JupyterClient client = new JupyterClient(KEY, port[1], port[4])) {
                for (String cell : cells(notebook)) {
                    outputs.add(
                            client.execute(cell).stream()
                                    .filter(m -> !m.type().equals("status"))
                                    .filter(m -> !m.type().equals("execute_input"))
                                    .toList());
                }
            }
            return outputs;
        } finally {
            connection.close();
        }
    }

    private static List<String> cells(String notebook) throws IOException {
        try (InputStream file = IJavaNotebookTest.class.getResourceAsStream(notebook)) {
            List<String> cells = new ArrayList<>();
            for (JsonNode cell : new ObjectMapper().readTree(file).get("cells")) {
                if (cell.get("cell_type").asText().equals("code")) {
                    StringBuilder source = new StringBuilder();
                    cell.get("source").forEach(line -> source.append(line.asText()));
                    cells.add(source.toString());
                }
            }
            return cells;
        }
    }

    private static Message only(List<Message> messages, String type) {
        List<Message> found = messages.stream().filter(m -> m.type().equals(type)).toList();
        assertEquals(1, found.size(), () -> type + " among " + messages);
        return found.get(0);
    }

    private static String id(Message message) {
        return message.content().at("/transient/display_id").asText();
    }
}
