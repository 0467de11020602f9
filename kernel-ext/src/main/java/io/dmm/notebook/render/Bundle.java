package io.dmm.notebook.render;

import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One value in the forms that a front end may pick from.
 *
 * @param data by MIME type: text as it is, pictures in Base64
 * @param metadata by MIME type: of a picture, the width and height to show it at
 */
public record Bundle(Map<String, String> data, Map<String, Map<String, Integer>> metadata) {
    public static final String PNG = "image/png";
    public static final String HTML = "text/html";
    public static final String TEXT = "text/plain";

    public Bundle {
        data = Collections.unmodifiableMap(new LinkedHashMap<>(data));
        metadata = Map.copyOf(metadata);
    }

    static Bundle text(String text) {
        return new Bundle(Map.of(TEXT, text), Map.of());
    }

    static Bundle html(String html, String text) {
        return new Bundle(Map.of(HTML, html, TEXT, text), Map.of());
    }

    /**
     * A picture; without HTML, which every front end would show instead of it.
     *
     * @param width in CSS pixels
     * @param height in CSS pixels
     */
    static Bundle png(byte[] png, int width, int height, String text) {
        // all bytes at once: an encoding stream that is not closed loses the last ones
        String base64 = Base64.getEncoder().encodeToString(png);
        return new Bundle(
                Map.of(PNG, base64, TEXT, text),
                Map.of(PNG, Map.of("width", width, "height", height)));
    }

    /** The bytes of the PNG file, if there is one. */
    public Optional<byte[]> png() {
        return Optional.ofNullable(data.get(PNG)).map(Base64.getDecoder()::decode);
    }

    public String text() {
        return data.get(TEXT);
    }
}
