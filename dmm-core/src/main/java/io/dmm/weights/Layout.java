package io.dmm.weights;

import java.util.List;

/** The file names diffusers and transformers give the parts of a model folder. */
final class Layout {
    private Layout() {}

    static String configName(String part) {
        return part.equals("scheduler") ? "scheduler_config.json" : "config.json";
    }

    /** The names the weights of a part may have, the one to write first. */
    static List<String> weightNames(String part) {
        String stem = part.equals("text_encoder") ? "model" : "diffusion_pytorch_model";
        return List.of(
                stem + ".safetensors",
                stem + ".safetensors.index.json",
                stem + ".fp16.safetensors",
                stem + ".safetensors.index.fp16.json");
    }
}
