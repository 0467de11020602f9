package io.dmm.weights;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A model in diffusers' layout: one folder per part ({@code unet}, {@code vae}, {@code
 * text_encoder}, {@code tokenizer}, {@code scheduler}) with its config and weights, or one of the
 * first four alone, as autoencoders are handed out.
 */
public final class ModelFolder implements ModelFiles {
    private static final List<String> PICKLES = List.of(".bin", ".ckpt", ".pt", ".pth");
    private static final List<String> VOCABULARY = List.of("vocab.json", "merges.txt");
    private static final String TOKENIZER_JSON = "tokenizer.json";
    private static final Map<String, String> PARTS_BY_CLASS =
            Map.of(
                    "UNet2DConditionModel", "unet",
                    "DMMUNet2DConditionModel", "unet",
                    "AutoencoderKL", "vae",
                    "CLIPTextModel", "text_encoder");

    private final Path path;
    private final String onlyPart;

    private ModelFolder(Path path, String onlyPart) {
        this.path = path;
        this.onlyPart = onlyPart;
    }

    /**
     * Opens a folder; its parts are looked at when asked for. Where it is one part alone, its
     * {@code config.json} names the class; a tokenizer's files may lie beside it, or alone.
     *
     * @throws ModelFileException if there is no such folder, or its config.json is damaged
     */
    public static ModelFolder open(Path path) {
        if (!Files.isDirectory(path)) {
            throw new ModelFileException(
                    "%s: %s, expected a diffusers folder"
                            .formatted(path, Files.exists(path) ? "is a file" : "no such folder"));
        }
        return new ModelFolder(path, onlyPart(path));
    }

    /** The part that the folder itself is, or null. */
    private static String onlyPart(Path path) {
        Path file = path.resolve("config.json");
        if (!Files.exists(file)) {
            return null;
        }
        JsonNode config = JsonFiles.read(file);
        String transformers = config.path("architectures").path(0).asText();
        return PARTS_BY_CLASS.get(config.path("_class_name").asText(transformers));
    }

    private Path folder(String part) {
        Path folder = path.resolve(part);
        boolean beside = part.equals("tokenizer") && !Files.exists(folder) && hasVocabulary(path);
        return part.equals(onlyPart) || beside ? path : folder;
    }

    @Override
    public String where() {
        return path.toString();
    }

    @Override
    public boolean has(String part) {
        return part.equals("tokenizer")
                ? hasVocabulary(folder(part))
                : Files.isDirectory(folder(part));
    }

    private static boolean hasVocabulary(Path folder) {
        return Stream.concat(VOCABULARY.stream(), Stream.of(TOKENIZER_JSON))
                .anyMatch(name -> Files.isRegularFile(folder.resolve(name)));
    }

    @Override
    public boolean hasConfig(String part) {
        return has(part);
    }

    @Override
    public ConfigNode config(String part) {
        Path file = folder(part).resolve(Layout.configName(part));
        return new ConfigNode(JsonFiles.read(file), file.toString());
    }

    /**
     * Opens the part's weights, full precision before the fp16 variant, one file before shards; the
     * caller closes them.
     *
     * @throws ModelFileException if there are none, or only pickles
     */
    @Override
    public TensorFile weights(String part) {
        Path folder = folder(part);
        for (String name : Layout.weightNames(part)) {
            Path file = folder.resolve(name);
            if (Files.exists(file)) {
                return TensorFile.open(file);
            }
        }
        if (findPickle(folder) != null) {
            throw onlyPickle(folder, part);
        }
        if (!Files.isDirectory(folder) && partsWithWeights().isEmpty()) {
            throw withoutWeights();
        }
        throw new ModelFileException(
                "%s: has no weights, expected %s or its fp16 or sharded variant"
                        .formatted(folder, Layout.weightNames(part).get(0)));
    }

    @Override
    public Path tokenizer() {
        Path folder = folder("tokenizer");
        for (String name : VOCABULARY) {
            if (!Files.isRegularFile(folder.resolve(name))
                    && !Files.isRegularFile(folder.resolve(TOKENIZER_JSON))) {
                throw new ModelFileException(folder.resolve(name) + ": no such file");
            }
        }
        return folder;
    }

    /** The parts that have weights this library reads, by name. */
    List<String> partsWithWeights() {
        if (onlyPart != null) {
            return hasWeights(onlyPart) ? List.of(onlyPart) : List.of();
        }
        try (Stream<Path> folders = Files.list(path)) {
            return folders.map(folder -> folder.getFileName().toString())
                    .filter(this::hasWeights)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new ModelFileException(path + ": cannot be read (" + e + ")", e);
        }
    }

    /** What to say of a folder that has no part with weights. */
    ModelFileException withoutWeights() {
        if (Files.isDirectory(path.resolve("snapshots"))) {
            return new ModelFileException(
                    path
                            + ": is a cache of Hugging Face's hub, expected a model; name one of the"
                            + " folders in its snapshots");
        }
        if (findPickle(folder("unet")) != null) {
            return onlyPickle(folder("unet"), "unet");
        }
        return new ModelFileException(
                path
                        + ": has no weights, expected a diffusers folder with parts in safetensors;"
                        + " a LoRA or a single file is named by the file itself");
    }

    private static ModelFileException onlyPickle(Path folder, String part) {
        return new ModelFileException(
                "%s: holds only the pickle %s, expected %s; pickles can run code when read, so convert it first with safetensors.torch.save_file in Python"
                        .formatted(folder, findPickle(folder), Layout.weightNames(part).get(0)));
    }

    private boolean hasWeights(String part) {
        return Layout.weightNames(part).stream()
                .anyMatch(name -> Files.exists(folder(part).resolve(name)));
    }

    /** The name of a pickle in the folder, or null. */
    private static String findPickle(Path folder) {
        if (!Files.isDirectory(folder)) {
            return null;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(
                            name ->
                                    PICKLES.stream()
                                            .anyMatch(name.toLowerCase(Locale.ROOT)::endsWith))
                    .sorted()
                    .findFirst()
                    .orElse(null);
        } catch (IOException e) {
            throw new ModelFileException(folder + ": cannot be read (" + e + ")", e);
        }
    }
}
