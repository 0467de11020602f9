package io.dmm.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.dmm.distill.Progress;
import io.dmm.distill.RunEnd;
import io.dmm.distill.StepMetrics;
import io.dmm.distill.TrainingListener;
import io.dmm.notebook.JupyterClient.Message;
import io.dmm.pipeline.GeneratedImage;
import io.dmm.weights.ModelDescription;
import io.dmm.weights.ModelKind;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a front end gets over ZeroMQ, whichever kernel this library is installed in. */
@Timeout(WireContract.SECONDS)
public abstract class WireContract {
    static final int SECONDS = 60;

    private static final int ATTEMPTS = 3;

    protected static final String KEY = "a-key-of-the-test";
    private static final String HOSTILE = "<img src=x onerror=alert(1)>";

    protected final Cells cells = new Cells();
    private JupyterClient client;

    /** Starts a kernel on five free ports: control, shell, stdin, heartbeat, iopub. */
    protected abstract void start(int[] ports) throws Exception;

    protected abstract void stop();

    @BeforeEach
    @Timeout(SECONDS)
    void connect() throws Exception {
        for (int attempt = 1; client == null; attempt++) {
            int[] ports = freePorts();
            start(ports);
            try {
                client = new JupyterClient(KEY, ports[1], ports[4]);
            } catch (JupyterClient.NoAnswer e) {
                stop();
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** Five that nobody listens at, at least until now. */
    public static int[] freePorts() throws IOException {
        int[] ports = new int[5];
        ServerSocket[] sockets = new ServerSocket[5];
        for (int i = 0; i < 5; i++) {
            sockets[i] = new ServerSocket(0);
            ports[i] = sockets[i].getLocalPort();
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return ports;
    }

    @AfterEach
    @Timeout(SECONDS)
    void disconnect() {
        if (client != null) {
            client.close();
        }
        stop();
        Notebook.attach(null);
    }

    @Test
    void picture_isAPngOfTheStatedSize() throws IOException {
        BufferedImage image = new BufferedImage(64, 48, BufferedImage.TYPE_INT_RGB);
        image.setRGB(3, 5, 0xff0000);
        cells.put("image", () -> image);
        JsonNode result = only(client.execute("image"), "execute_result");
        JsonNode size = result.get("metadata").get("image/png");
        BufferedImage png = png(result);
        assertEquals(256, size.get("width").asInt());
        assertEquals(2 * size.get("width").asInt(), png.getWidth());
        assertEquals(2 * size.get("height").asInt(), png.getHeight());
        assertEquals(0xffff0000, png.getRGB(3 * 8 + 4, 5 * 8 + 4));
        assertFalse(result.get("data").has("text/html"));
    }

    @Test
    void show_showsBeforeTheCellEnds_andGivesNoResult() {
        GeneratedImage image =
                new GeneratedImage(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), HOSTILE);
        cells.put(
                "show",
                () -> {
                    Notebook.show(image);
                    return null;
                });
        List<Message> messages = client.execute("show");
        JsonNode shown = only(messages, "display_data");
        assertEquals(HOSTILE, shown.get("data").get("text/plain").asText());
        assertFalse(shown.get("data").has("text/html"));
        assertTrue(messages.stream().noneMatch(m -> m.type().equals("execute_result")));
    }

    @Test
    void hostileMetadata_isText() {
        cells.put(
                "inspect",
                () ->
                        new ModelDescription(
                                Path.of("a.safetensors"),
                                ModelKind.LORA,
                                List.of(),
                                Map.of(HOSTILE, "\"'" + HOSTILE)));
        JsonNode data = only(client.execute("inspect"), "execute_result").get("data");
        String html = data.get("text/html").asText();
        assertTrue(html.contains("&lt;img src=x onerror=alert(1)&gt;"), html);
        assertTrue(html.contains("&quot;&#39;"), html);
        assertFalse(html.contains("<img"), html);
    }

    @Test
    void error_isOneSentence() {
        String sentence = "experts: expected at least 2 to merge but was 1";
        cells.put(
                "fail",
                () -> {
                    throw new IllegalArgumentException(sentence, new IOException("a cause"));
                });
        JsonNode error = only(client.execute("fail"), "error");
        StringBuilder shown = new StringBuilder();
        error.get("traceback").forEach(line -> shown.append(line.asText()).append('\n'));
        String text = shown.toString().replaceAll("\u001b\\[[0-9;]*m", "");
        List<String> lines =
                text.lines()
                        .filter(line -> !line.isBlank() && !line.startsWith("---"))
                        .map(line -> line.replaceFirst("^\\|\\s*", "")) // JJava's margin
                        .toList();
        assertEquals(List.of(sentence), lines);
    }

    @Test
    void liveRun_isOneDisplay_thatEndsFinished() throws IOException {
        cells.put(
                "run",
                () -> {
                    TrainingListener live = Notebook.live();
                    for (int step = 1; step <= 60; step++) {
                        step(live, step, 60);
                        Thread.sleep(20);
                    }
                    live.onEnd(RunEnd.FINISHED);
                    return null;
                });
        List<Message> messages = client.execute("run");
        Set<String> ids = new HashSet<>();
        messages.stream()
                .filter(m -> m.content().has("data"))
                .forEach(m -> ids.add(m.content().get("transient").get("display_id").asText()));
        assertEquals(1, ids.size());
        only(messages, "display_data");
        List<Message> updates =
                messages.stream().filter(m -> m.type().equals("update_display_data")).toList();
        assertTrue(!updates.isEmpty() && updates.size() <= 4, "updates: " + updates.size());
        JsonNode last = updates.get(updates.size() - 1).content();
        assertTrue(last.get("data").get("text/plain").asText().startsWith("finished  60 of 60"));
        assertEquals(
                2 * last.get("metadata").get("image/png").get("height").asInt(),
                png(last).getHeight());
    }

    @Test
    void interruptedRun_showsWhereItStopped_thoughItsCellHasReturned() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        cells.put(
                "run",
                () -> {
                    TrainingListener live = Notebook.live();
                    int step = 0;
                    while (!Thread.interrupted()) {
                        step(live, step = Math.min(639, step + 1), 640);
                        Thread.onSpinWait();
                        running.countDown();
                    }
                    Thread.sleep(300); // writes its checkpoint
                    live.onEnd(RunEnd.INTERRUPTED);
                    return null;
                });
        Thread interrupt =
                new Thread(
                        () -> {
                            try {
                                running.await();
                                Thread.sleep(100);
                            } catch (InterruptedException e) {
                                return;
                            }
                            cells.interrupt();
                        });
        interrupt.start();
        List<Message> messages = client.execute("run");
        only(messages, "error");
        Message last = client.next();
        while (!text(last).startsWith("stopped after")) {
            last = client.next();
        }
        assertEquals(messages.get(0).request(), last.request());
    }

    private static void step(TrainingListener live, int step, int steps) {
        live.onStep(new StepMetrics(step, 1.0 / step, 1e-3, 1, 87, step, Map.of()));
        live.onProgress(new Progress("training", step, steps, Duration.ofSeconds(steps - step)));
    }

    private static String text(Message message) {
        return message.content().path("data").path("text/plain").asText();
    }

    private static JsonNode only(List<Message> messages, String type) {
        List<Message> found = messages.stream().filter(m -> m.type().equals(type)).toList();
        assertEquals(1, found.size(), () -> type + " among " + messages);
        return found.get(0).content();
    }

    private static BufferedImage png(JsonNode bundle) throws IOException {
        byte[] png = Base64.getDecoder().decode(bundle.get("data").get("image/png").asText());
        return ImageIO.read(new ByteArrayInputStream(png));
    }
}
