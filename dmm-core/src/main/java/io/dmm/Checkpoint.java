package io.dmm;

import ai.djl.ndarray.NDManager;
import io.dmm.model.clip.ClipTextModel;
import io.dmm.model.unet.UNet;
import io.dmm.model.unet.UNetConfig;
import io.dmm.pipeline.ModelReader;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.tensor.Precision;
import io.dmm.weights.ModelFiles;
import java.nio.file.Path;

/** A diffusers folder or single file with a UNet, and perhaps a text encoder. */
record Checkpoint(Path path) implements ExpertSource {

    @Override
    public UNetConfig check(StableDiffusion base) {
        return ModelReader.checkUNet(base.files(path));
    }

    @Override
    public UNet unet(NDManager manager, StableDiffusion base, Precision precision) {
        return ModelReader.unet(base.files(path), manager, precision);
    }

    @Override
    public ClipTextModel textEncoder(NDManager manager, StableDiffusion base) {
        ModelFiles files = base.files(path);
        return files.has("text_encoder")
                ? ModelReader.textEncoder(files, manager)
                : base.textEncoder();
    }
}
