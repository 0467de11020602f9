package io.dmm.weights;

import ai.djl.ndarray.types.Shape;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The layers of a model that a LoRA may change, by every spelling that files have for them. Those
 * of kohya's scripts write dots as underscores; since that cannot be undone, the table is made from
 * the model's own names.
 */
public final class LoraTargets {
    static final String UNET = "unet.";
    static final String TEXT_ENCODER = "text_encoder.";
    static final String WEIGHT = ".weight";
    private static final Pattern CONTEXT_KEY =
            Pattern.compile(".*attn2[._](processor\\.)?to_k(_lora)?");

    /** Diffusers' first LoRA files named layers after attention processors. */
    private static final Pattern UNET_ATTENTION =
            Pattern.compile("(.*\\.attn[12])\\.(to_[qkv]|to_out)(\\.0)?");

    private static final Pattern TEXT_ATTENTION =
            Pattern.compile("(.*\\.self_attn)\\.(q|k|v|out)_proj");

    private final Map<String, Target> bySpelling = new HashMap<>();

    /**
     * A layer.
     *
     * @param name the part and diffusers' path, {@code unet.mid_block.…}
     * @param shape of its weight, (out, in) or (out, in, k, k)
     */
    record Target(String name, Shape shape) {}

    private LoraTargets() {}

    /**
     * The layers of a text encoder and a UNet.
     *
     * @param unet shapes of its tensors by diffusers' name
     * @param ldm its layers' paths, diffusers' → latent diffusion's
     * @param textEncoder shapes of its tensors by transformers' name
     */
    public static LoraTargets of(
            Map<String, Shape> unet, Map<String, String> ldm, Map<String, Shape> textEncoder) {
        LoraTargets targets = new LoraTargets();
        layers(unet)
                .forEach(
                        (path, shape) -> {
                            Target target = new Target(UNET + path, shape);
                            targets.addUNetLayer(path, ldm.get(path), target);
                        });
        layers(textEncoder)
                .forEach(
                        (path, shape) -> {
                            Target target = new Target(TEXT_ENCODER + path, shape);
                            targets.addTextLayer(path, target);
                            // as transformers 5 names it
                            targets.addTextLayer(path.replaceFirst("^text_model\\.", ""), target);
                        });
        return targets;
    }

    /** The linear layers and convolutions: path → shape of the weight. */
    static Map<String, Shape> layers(Map<String, Shape> tensors) {
        Map<String, Shape> layers = new HashMap<>();
        tensors.forEach(
                (name, shape) -> {
                    boolean embedding = name.endsWith("_embedding.weight");
                    if (name.endsWith(WEIGHT) && shape.dimension() > 1 && !embedding) {
                        layers.put(name.substring(0, name.length() - WEIGHT.length()), shape);
                    }
                });
        return layers;
    }

    private void addUNetLayer(String path, String ldmPath, Target target) {
        add("lora_unet_" + flatten(path), target);
        add("lora_unet_" + flatten(path) + "_lora", target); // as diffusers writes kohya's names
        if (ldmPath != null) { // style prompts have no such name
            add("lora_unet_" + flatten(ldmPath), target);
        }
        add(UNET + path, target);
        add(path, target);
        Matcher attention = UNET_ATTENTION.matcher(path);
        if (attention.matches()) {
            String processor = attention.group(1) + ".processor." + attention.group(2) + "_lora";
            add(UNET + processor, target);
            add(processor, target);
        }
    }

    private void addTextLayer(String path, Target target) {
        add("lora_te_" + flatten(path), target);
        add("lora_te1_" + flatten(path), target); // as diffusers writes them
        add(TEXT_ENCODER + path, target);
        Matcher attention = TEXT_ATTENTION.matcher(path);
        if (attention.matches()) {
            String old = attention.group(1) + ".to_" + attention.group(2) + "_lora";
            add(TEXT_ENCODER + old, target);
        }
    }

    /** As kohya's scripts write it. */
    static String flatten(String path) {
        return path.replace('.', '_');
    }

    private void add(String spelling, Target target) {
        Target other = bySpelling.put(spelling, target);
        if (other != null && !other.equals(target)) {
            throw new IllegalStateException(
                    "LoRA: '" + spelling + "' names both " + other.name + " and " + target.name);
        }
    }

    /** The layer that a file spells so, or null. */
    Target find(String spelling) {
        return bySpelling.get(spelling);
    }

    /** Whether a spelling, known or not, is of a layer that sees the text states. */
    static boolean seesContext(String spelling) {
        return CONTEXT_KEY.matcher(spelling).matches();
    }

    /** The width of the text states. */
    long contextWidth() {
        return bySpelling.values().stream()
                .filter(target -> seesContext(target.name))
                .mapToLong(target -> target.shape.get(1))
                .findFirst()
                .orElse(0);
    }
}
