package io.dmm.weights;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where the parts of a model are read from: {@code unet}, {@code vae}, {@code text_encoder}, {@code
 * tokenizer} and {@code scheduler}.
 */
public interface ModelFiles {
    /**
     * Opens a diffusers folder or a single safetensors file; its parts are looked at when asked
     * for.
     *
     * @throws ModelFileException if there is neither, or the file is of a kind that cannot be used
     */
    static ModelFiles open(Path path) {
        boolean file = Files.exists(path) || path.toString().endsWith(".safetensors");
        return file && !Files.isDirectory(path) ? SingleFile.open(path) : ModelFolder.open(path);
    }

    /** Files of which each part is taken from the first that has it. */
    static ModelFiles firstOf(List<ModelFiles> files) {
        return new JoinedFiles(List.copyOf(files));
    }

    /** The file or folder to name in messages. */
    String where();

    /** Whether the weights of a part are there, or the files of the tokenizer or scheduler. */
    boolean has(String part);

    /** Whether the config of a part is there. */
    boolean hasConfig(String part);

    /**
     * The part's config.json, or the scheduler's scheduler_config.json.
     *
     * @throws ModelFileException if it is missing or not one JSON object
     */
    ConfigNode config(String part);

    /**
     * Opens the part's weights, in whichever layout they are; the caller closes them.
     *
     * @throws ModelFileException if there are none that can be read
     */
    TensorFile weights(String part);

    /**
     * The folder of the CLIP tokenizer.
     *
     * @throws ModelFileException if its vocab.json or merges.txt is missing, and tokenizer.json,
     *     too
     */
    Path tokenizer();
}
