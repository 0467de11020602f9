package io.dmm.notebook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ.Socket;

/** A front end: sends cells to a kernel over ZeroMQ and collects what it publishes. */
public final class JupyterClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final byte[] DELIMITER = "<IDS|MSG>".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EMPTY = "{}".getBytes(StandardCharsets.US_ASCII);
    private static final int HANDSHAKE_MILLIS = 10_000;
    private static final int PATIENCE_MILLIS = 30_000;

    /** What a kernel published. */
    public record Message(String type, JsonNode content, String request) {}

    /** The kernel is not there: a free port may be taken again before it listens at it. */
    public static final class NoAnswer extends AssertionError {
        private static final long serialVersionUID = 1;

        NoAnswer() {
            super("the kernel does not answer");
        }
    }

    private final ZContext context = new ZContext();
    private final Socket shell = context.createSocket(SocketType.DEALER);
    private final Socket published = context.createSocket(SocketType.SUB);
    private final String key;

    public JupyterClient(String key, int shellPort, int publishedPort) {
        this.key = key;
        shell.connect("tcp://127.0.0.1:" + shellPort);
        published.connect("tcp://127.0.0.1:" + publishedPort);
        published.subscribe("");
        published.setReceiveTimeOut(100);
        long deadline = System.nanoTime() + 1_000_000L * HANDSHAKE_MILLIS;
        for (Message first = null; first == null; first = receive()) {
            if (System.nanoTime() > deadline) {
                context.close();
                throw new NoAnswer();
            }
            send("kernel_info_request", Map.of()); // until the subscription has reached the kernel
        }
        published.setReceiveTimeOut(PATIENCE_MILLIS);
    }

    /** Runs a cell and returns what was published until the kernel was idle again. */
    public List<Message> execute(String code) {
        String request =
                send(
                        "execute_request",
                        Map.of(
                                "code", code,
                                "silent", false,
                                "store_history", true,
                                "user_expressions", Map.of(),
                                "allow_stdin", false,
                                "stop_on_error", true));
        List<Message> messages = new ArrayList<>();
        while (true) {
            Message message = next();
            if (!message.request.equals(request)) {
                continue;
            }
            messages.add(message);
            if (message.type.equals("status")
                    && message.content.get("execution_state").asText().equals("idle")) {
                return messages;
            }
        }
    }

    /** The next message that the kernel publishes. */
    public Message next() {
        Message message = receive();
        if (message == null) {
            throw new AssertionError("the kernel published nothing more");
        }
        return message;
    }

    private String send(String type, Map<String, ?> content) {
        String id = UUID.randomUUID().toString();
        Map<String, String> header =
                Map.of(
                        "msg_id",
                        id,
                        "session",
                        "s",
                        "username",
                        "u",
                        "version",
                        "5.3",
                        "msg_type",
                        type,
                        "date",
                        "2026-01-01T00:00:00.000000Z");
        byte[] head = json(header);
        byte[] body = json(content);
        shell.sendMore(DELIMITER);
        shell.sendMore(signature(head, EMPTY, EMPTY, body).getBytes(StandardCharsets.US_ASCII));
        shell.sendMore(head);
        shell.sendMore(EMPTY);
        shell.sendMore(EMPTY);
        shell.send(body);
        return id;
    }

    private Message receive() {
        byte[] part = published.recv();
        if (part == null) {
            return null;
        }
        List<byte[]> parts = new ArrayList<>();
        while (!Arrays.equals(part, DELIMITER)) { // topics
            if (!published.hasReceiveMore()) {
                throw new AssertionError("the message has no delimiter");
            }
            part = published.recv();
        }
        while (published.hasReceiveMore()) {
            parts.add(published.recv());
        }
        String signature = new String(parts.get(0), StandardCharsets.US_ASCII);
        if (!signature.equals(signature(parts.subList(1, 5).toArray(byte[][]::new)))) {
            throw new AssertionError("the message's signature is wrong");
        }
        try {
            return new Message(
                    JSON.readTree(parts.get(1)).get("msg_type").asText(),
                    JSON.readTree(parts.get(4)),
                    JSON.readTree(parts.get(2)).path("msg_id").asText());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] json(Object value) {
        try {
            return JSON.writeValueAsBytes(value);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private String signature(byte[]... parts) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
            for (byte[] part : parts) {
                mac.update(part);
            }
            return HexFormat.of().formatHex(mac.doFinal());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        context.close();
    }
}
