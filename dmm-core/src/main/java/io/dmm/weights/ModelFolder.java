package io.dmm.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A model in diffusers' layout: one folder per part ({@code unet}, {@code vae}, {@code
 * text_encoder}, {@code tokenizer}, {@code scheduler}) with its config and weights.
 */
public final class ModelFolder implements ModelFiles {
    private static final List<String> PICKLES = List.of(".bin", ".ckpt", ".pt", ".pth");

    private final Path path;

    private ModelFolder(Path path) {
        this.path = path;
    }

    /**
     * Opens a folder; its parts are looked at when asked for.
     *
     * @throws ModelFileException if there is no such folder
     */
    public static ModelFolder open(Path path) {
        if (!Files.isDirectory(path)) {
            throw new ModelFileException(
                    "%s: %s, expected a diffusers folder"
                            .formatted(path, Files.exists(path) ? "is a file" : "no such folder"));
        }
        return new ModelFolder(path);
    }

    public Path path() {
        return path;
    }

    @Override
    public String where() {
        return path.toString();
    }

    @Override
    public boolean has(String part) {
        return Files.isDirectory(path.resolve(part));
    }

    @Override
    public boolean hasConfig(String part) {
        return has(part);
    }

    @Override
    public ConfigNode config(String part) {
        Path file = path.resolve(part).resolve(Layout.configName(part));
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
        Path folder = path.resolve(part);
        for (String name : Layout.weightNames(part)) {
            Path file = folder.resolve(name);
            if (Files.exists(file)) {
                return TensorFile.open(file);
            }
        }
        String expected = Layout.weightNames(part).get(0);
        String pickle = findPickle(folder);
        if (pickle != null) {
            throw new ModelFileException(
                    "%s: holds only the pickle %s, expected %s; pickles can run code when read, so convert it first with safetensors.torch.save_file in Python"
                            .formatted(folder, pickle, expected));
        }
        throw new ModelFileException(
                "%s: has no weights, expected %s or its fp16 or sharded variant"
                        .formatted(folder, expected));
    }

    @Override
    public Path tokenizer() {
        Path folder = path.resolve("tokenizer");
        for (String name : List.of("vocab.json", "merges.txt")) {
            if (!Files.isRegularFile(folder.resolve(name))) {
                throw new ModelFileException(folder.resolve(name) + ": no such file");
            }
        }
        return folder;
    }

    /** The parts that have weights this library reads, by name. */
    List<String> partsWithWeights() {
        try (Stream<Path> folders = Files.list(path)) {
            return folders.map(folder -> folder.getFileName().toString())
                    .filter(
                            part ->
                                    Layout.weightNames(part).stream()
                                            .anyMatch(
                                                    name ->
                                                            Files.exists(
                                                                    path.resolve(part)
                                                                            .resolve(name))))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new ModelFileException(path + ": cannot be read (" + e + ")", e);
        }
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
