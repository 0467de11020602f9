package io.dmm.weights;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compares the tensors of a file with those that a network needs. */
public final class FileFit {
    /** Tensors of later transformers versions that hold no weights. */
    private static final String POSITION_IDS = "embeddings.position_ids";

    /** What transformers' CLIPTextModel leaves out of a whole CLIP. */
    private static final Pattern OF_WHOLE_CLIP =
            Pattern.compile("logit_scale|text_projection(\\.weight)?");

    private static final int SHOWN = 10;
    private static final Logger LOGGER = LoggerFactory.getLogger(FileFit.class);

    private FileFit() {}

    /**
     * Checks that a file holds the tensors needed and no others but those that transformers
     * ignores.
     *
     * @throws ModelFileException listing the first that are missing, unexpected or of another shape
     */
    public static void check(TensorFile file, Map<String, Shape> needed) {
        List<String> missing = new ArrayList<>();
        List<String> reshaped = new ArrayList<>();
        needed.forEach(
                (name, shape) -> {
                    TensorInfo info = file.tensors().get(name);
                    if (info == null) {
                        missing.add(name + " " + shape);
                    } else if (!info.shape().equals(shape)) {
                        reshaped.add(name + ", expected " + shape + " but was " + info.shape());
                    }
                });
        List<String> unexpected =
                file.tensors().keySet().stream()
                        .filter(name -> !needed.containsKey(name) && !isIgnored(file, name))
                        .toList();
        if (missing.size() + reshaped.size() + unexpected.size() > 0) {
            StringJoiner faults = new StringJoiner("; ");
            add(faults, "missing", missing);
            add(faults, "unexpected", unexpected);
            add(faults, "of another shape", reshaped);
            throw new ModelFileException(
                    "%s: expected the %d tensors of the model but was %s; the weights belong to another architecture or config.json"
                            .formatted(file.where(), needed.size(), faults));
        }
    }

    private static boolean isIgnored(TensorFile file, String name) {
        if (OF_WHOLE_CLIP.matcher(name).matches()) {
            LOGGER.info("{}: ignores {}, which the text encoder does not use", file.where(), name);
            return true;
        }
        return name.endsWith(POSITION_IDS);
    }

    private static void add(StringJoiner faults, String fault, List<String> names) {
        if (!names.isEmpty()) {
            String shown = String.join(", ", names.subList(0, Math.min(SHOWN, names.size())));
            faults.add(
                    "%d %s (%s%s)"
                            .formatted(
                                    names.size(), fault, shown, names.size() > SHOWN ? ", …" : ""));
        }
    }
}
