package io.dmm;

import ai.djl.ndarray.NDManager;
import io.dmm.model.clip.ClipTextModel;
import io.dmm.model.unet.UNet;
import io.dmm.model.unet.UNetConfig;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.tensor.Precision;
import io.dmm.weights.ModelFolder;
import java.nio.file.Path;

/** A diffusers folder with a UNet, and perhaps a text encoder. */
record Checkpoint(Path path) implements ExpertSource {

    @Override
    public UNetConfig check(StableDiffusion base) {
        ModelFolder files = ModelFolder.open(path);
        UNetConfig config = UNetConfig.read(files.config("unet"));
        files.weights("unet").close();
        return config;
    }

    @Override
    public UNet unet(NDManager manager, StableDiffusion base, Precision precision) {
        return StableDiffusion.loadUNet(ModelFolder.open(path), manager, precision);
    }

    @Override
    public ClipTextModel textEncoder(NDManager manager, StableDiffusion base) {
        ModelFolder files = ModelFolder.open(path);
        return files.has("text_encoder")
                ? StableDiffusion.loadTextEncoder(files, manager)
                : base.textEncoder();
    }
}
