package io.dmm.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The captions of a folder's pictures: of its metadata, or of text files beside them. */
final class Captions {
    static final String METADATA = "metadata.jsonl";
    private static final List<String> TEXT_ENDINGS = List.of(".txt", ".caption");
    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path folder;
    private final Map<Path, String> byMetadata = new HashMap<>();

    private Captions(Path folder) {
        this.folder = whole(folder);
    }

    /** Reads the metadata; {@code skipped} gets a sentence for each line that is of no use. */
    static Captions of(Path folder, FolderScan scan, List<String> skipped) {
        Captions captions = new Captions(folder);
        // the metadata of an inner folder goes before that of an outer one
        scan.metadata().forEach(file -> captions.readMetadata(file, skipped));
        return captions;
    }

    private void readMetadata(Path file, List<String> skipped) {
        int number = 1;
        Set<Path> named = new HashSet<>();
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                try {
                    readLine(file, line, named);
                } catch (IOException e) {
                    skipped.add(file + ": line " + number + ", " + e.getMessage());
                }
                number++;
            }
        } catch (CharacterCodingException e) {
            skipped.add(file + ": near line " + number + ", expected UTF-8 text but was not");
        } catch (IOException e) {
            skipped.add(file + ": cannot be read (" + e + ")");
        }
    }

    private void readLine(Path file, String line, Set<Path> named) throws IOException {
        if (line.isBlank()) {
            return;
        }
        JsonNode row = parse(line);
        JsonNode name = row.path("file_name");
        JsonNode text = row.path("text");
        if (!name.isTextual() || !text.isTextual() || text.textValue().isBlank()) {
            throw new IOException(
                    "expected {\"file_name\": \"a.png\", \"text\": \"…\"} but was '%.120s'"
                            .formatted(line));
        }
        Path picture = inside(file, name.textValue());
        if (!Files.isRegularFile(picture)) {
            throw new IOException("no such file " + name.textValue());
        }
        if (!named.add(picture)) {
            throw new IOException(
                    name.textValue() + " has a line before this one, whose caption it keeps");
        }
        byMetadata.put(picture, text.textValue().strip());
    }

    private static JsonNode parse(String line) throws IOException {
        String json = line.startsWith(BYTE_ORDER_MARK) ? line.substring(1) : line;
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IOException("expected a JSON object but was '%.120s'".formatted(line), e);
        }
    }

    private static Path whole(Path path) {
        return path.toAbsolutePath().normalize();
    }

    private Path inside(Path metadata, String name) throws IOException {
        try {
            Path picture = whole(metadata.resolveSibling(name));
            if (picture.startsWith(folder) && !Path.of(name).isAbsolute()) {
                return picture;
            }
        } catch (InvalidPathException e) {
            // refused below
        }
        throw new IOException("expected a file_name inside the folder but was '" + name + "'");
    }

    /**
     * The caption of a picture.
     *
     * @throws IOException saying that it has none
     */
    String of(Path picture) throws IOException {
        String caption = byMetadata.get(whole(picture));
        if (caption != null) {
            return caption;
        }
        String name = picture.getFileName().toString();
        String stem = name.substring(0, name.lastIndexOf('.'));
        for (String ending : TEXT_ENDINGS) {
            Path text = picture.resolveSibling(stem + ending);
            if (Files.isRegularFile(text)) {
                return firstLine(text);
            }
        }
        throw new IOException(
                "has no caption, expected %s.txt beside it or a line in %s"
                        .formatted(stem, METADATA));
    }

    private static String firstLine(Path text) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(text)) {
            String line = lines.readLine();
            String caption = line == null ? "" : line.replace(BYTE_ORDER_MARK, "").strip();
            if (caption.isEmpty()) {
                throw new IOException(
                        "has no caption, expected one in the first line of " + text.getFileName());
            }
            return caption;
        } catch (CharacterCodingException e) {
            throw new IOException(
                    "has no caption, expected UTF-8 text in " + text.getFileName(), e);
        }
    }
}
