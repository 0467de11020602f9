package io.dmm.weights;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a LoRA file and checks that it fits a model. */
final class LoraFile {
    private static final Logger LOGGER = LoggerFactory.getLogger(LoraFile.class);
    private static final int NAMES_SHOWN = 10;

    /** Kinds of adapters that this library does not know how to fold, by what only they have. */
    private static final Map<String, Pattern> OTHER_KINDS =
            Map.of(
                    "DoRA", Pattern.compile(".*\\.(dora_scale|lora_magnitude_vector.*)"),
                    "OFT", Pattern.compile(".*\\.oft_(blocks|diag|[rR]).*"),
                    "(IA)³", Pattern.compile(".*\\.(on_input|ia3_l.*)"),
                    "GLoRA", Pattern.compile(".*\\.[ab][12]\\.weight"),
                    "LyCORIS with whole changes of weights, biases or norms",
                            Pattern.compile(".*\\.(diff|diff_b|w_norm|b_norm|set_weight)"),
                    "adapter of peft with its alpha in another file",
                            Pattern.compile("base_model\\.model\\..*"));

    /** Other families by the width of their text states. */
    private static final Map<Long, String> FAMILIES =
            Map.of(768L, "SD 1.5", 1024L, "SD 2", 2048L, "SDXL");

    private static final Pattern SDXL_TEXT_ENCODER =
            Pattern.compile("(lora_te2_|text_encoder_2\\.).*");

    private final Lora lora;
    private final TensorFile file;
    private final LoraTargets targets;
    private final Map<String, LoraLayer> layers = new LinkedHashMap<>();
    private final List<String> unknown = new ArrayList<>();

    private LoraFile(Lora lora, TensorFile file, LoraTargets targets) {
        this.lora = lora;
        this.file = file;
        this.targets = targets;
    }

    /**
     * Reads all that a file changes onto {@code manager}.
     *
     * @throws ModelFileException if it is broken, of a kind that cannot be folded, or does not fit
     */
    static List<LoraChange> read(Lora lora, LoraTargets targets, NDManager manager) {
        try (TensorFile file = TensorFile.open(lora.file())) {
            return new LoraFile(lora, file, targets).read(manager);
        }
    }

    private List<LoraChange> read(NDManager manager) {
        LoraMetadata metadata = LoraMetadata.of(file);
        refuseOtherKinds(metadata);
        file.tensors().keySet().forEach(this::sort);
        refuseOtherFamilies(manager);
        Map<LoraLayer, LoraTargets.Target> known = known();
        settleUnknown(known.isEmpty());
        List<LoraChange> changes = new ArrayList<>();
        known.forEach(
                (layer, target) -> {
                    LoraDelta delta = layer.delta(manager);
                    requireShape(layer, delta, target.shape());
                    double scale =
                            metadata.scale(target.name(), layer.alpha(manager), delta.rank());
                    changes.add(new LoraChange(target.name(), delta, lora.weight() * scale));
                });
        return changes;
    }

    private void refuseOtherKinds(LoraMetadata metadata) {
        for (String key : file.tensors().keySet()) {
            OTHER_KINDS.forEach(
                    (kind, pattern) -> {
                        if (pattern.matcher(key).matches()) {
                            throw refused("is of the kind " + kind + " ('" + key + "')");
                        }
                    });
        }
        if (metadata.isDora()) {
            throw refused("is of the kind DoRA (use_dora)");
        }
    }

    private ModelFileException refused(String what) {
        return new ModelFileException(
                file.where() + ": " + what + ", expected LoRA, LoCon, LoHa or LoKr");
    }

    private void sort(String tensor) {
        LoraRole.Key key = LoraRole.parse(tensor);
        if (key == null) {
            unknown.add(tensor);
        } else {
            layers.computeIfAbsent(key.layer(), name -> new LoraLayer(file, name))
                    .add(key.role(), tensor);
        }
    }

    private void refuseOtherFamilies(NDManager manager) {
        long expected = targets.contextWidth();
        for (LoraLayer layer : layers.values()) {
            if (SDXL_TEXT_ENCODER.matcher(layer.name()).matches()) {
                throw new ModelFileException(
                        "%s: is for SDXL ('%s'), expected a LoRA for a model with one text encoder"
                                .formatted(file.where(), layer.name()));
            }
            if (LoraTargets.seesContext(layer.name())) {
                long width = layer.delta(manager).columns();
                if (width != expected && FAMILIES.containsKey(width)) {
                    throw new ModelFileException(
                            "%s: is for %s, expected a LoRA for text states of width %d but was %d"
                                    .formatted(file.where(), FAMILIES.get(width), expected, width));
                }
            }
        }
    }

    /** The layers that the model has; the tensors of others go to the unknown. */
    private Map<LoraLayer, LoraTargets.Target> known() {
        Map<LoraLayer, LoraTargets.Target> known = new LinkedHashMap<>();
        Map<LoraTargets.Target, LoraLayer> byTarget = new HashMap<>();
        for (LoraLayer layer : layers.values()) {
            LoraTargets.Target target = targets.find(layer.name());
            if (target == null) {
                unknown.addAll(layer.keys());
                continue;
            }
            LoraLayer other = byTarget.put(target, layer);
            if (other != null) {
                throw layer.bad("names the same layer as '" + other.name() + "'");
            }
            known.put(layer, target);
        }
        return known;
    }

    private void settleUnknown(boolean nothingKnown) {
        int all = file.tensors().size();
        List<String> first = unknown.subList(0, Math.min(NAMES_SHOWN, unknown.size()));
        if (nothingKnown) {
            throw new ModelFileException(
                    "%s: expected changes to layers of the model but none of %d tensors is one, first %s; it is for another architecture, or no LoRA"
                            .formatted(file.where(), all, first));
        }
        if (unknown.isEmpty()) {
            return;
        }
        if (!lora.ignoresUnknown()) {
            throw new ModelFileException(
                    "%s: expected only changes to layers of the model but %d of %d tensors are none, first %s; it is for another architecture, or ignoringUnknown() leaves them out"
                            .formatted(file.where(), unknown.size(), all, first));
        }
        LOGGER.warn(
                "{}: left out {} of {} tensors that fit no layer, first {}",
                file.where(),
                unknown.size(),
                all,
                first);
    }

    private void requireShape(LoraLayer layer, LoraDelta delta, Shape weight) {
        long rows = weight.get(0);
        long columns = weight.size() / rows;
        if (delta.rows() != rows || delta.columns() != columns) {
            throw layer.bad(
                    "changes a weight of another shape, expected %s but was %s; the LoRA is for another architecture"
                            .formatted(
                                    new Shape(rows, columns),
                                    new Shape(delta.rows(), delta.columns())));
        }
    }
}
