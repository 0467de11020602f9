package io.dmm.pipeline;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dmm.model.clip.ClipTextConfig;
import io.dmm.model.unet.UNetConfig;
import io.dmm.model.vae.VaeConfig;
import io.dmm.sampler.NoiseScheduleConfig;
import io.dmm.weights.ConfigNode;
import io.dmm.weights.ModelFileException;
import io.dmm.weights.ModelFiles;
import io.dmm.weights.TensorFile;
import java.nio.file.Path;
import java.util.Map;

/** The configs of a model without its weights, for single files, which carry none. */
record ModelConfigs(String where, Map<String, ObjectNode> configs) implements ModelFiles {

    static ModelConfigs sd15() {
        return new ModelConfigs(
                "SD 1.5",
                UNetConfig.sd15(),
                VaeConfig.sd15(),
                ClipTextConfig.sd15(),
                NoiseScheduleConfig.sd15());
    }

    ModelConfigs(
            String where,
            UNetConfig unet,
            VaeConfig vae,
            ClipTextConfig textEncoder,
            NoiseScheduleConfig scheduler) {
        this(
                where,
                Map.of(
                        "unet", unet.toJson(),
                        "vae", vae.toJson(),
                        "text_encoder", textEncoder.toJson(),
                        "scheduler", scheduler.toJson()));
    }

    @Override
    public boolean has(String part) {
        return part.equals("scheduler"); // which is a config alone
    }

    @Override
    public boolean hasConfig(String part) {
        return configs.containsKey(part);
    }

    @Override
    public ConfigNode config(String part) {
        return new ConfigNode(configs.get(part), where);
    }

    @Override
    public TensorFile weights(String part) {
        throw new ModelFileException(
                where + ": has configs alone, expected the weights of " + part);
    }

    @Override
    public Path tokenizer() {
        throw new ModelFileException(where + ": has configs alone, expected a tokenizer");
    }
}
