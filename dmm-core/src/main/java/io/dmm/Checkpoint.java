package io.dmm;

import ai.djl.ndarray.NDManager;
import io.dmm.model.clip.ClipTextModel;
import io.dmm.model.unet.UNet;
import io.dmm.model.unet.UNetConfig;
import io.dmm.pipeline.ModelReader;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.tensor.Precision;
import io.dmm.weights.ModelDescription;
import io.dmm.weights.ModelFiles;
import io.dmm.weights.Sha256;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/** A diffusers folder or single file with a UNet, and perhaps a text encoder. */
record Checkpoint(Path path) implements ExpertSource {

    @Override
    public String sha256() {
        Map<Path, String> hashes = ModelDescription.of(path).sha256();
        if (hashes.containsKey(path)) {
            return hashes.get(path);
        }
        // names within the folder: it may move
        return Sha256.of(
                hashes.entrySet().stream()
                        .map(file -> path.relativize(file.getKey()) + " " + file.getValue() + "\n")
                        .collect(Collectors.joining()));
    }

    @Override
    public UNetConfig check(StableDiffusion base) {
        return ModelReader.checkUNet(base.files(path), base.schedule().config().predictionType());
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
