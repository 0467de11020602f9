package io.dmm;

import ai.djl.ndarray.NDManager;
import io.dmm.model.clip.ClipTextModel;
import io.dmm.model.unet.UNet;
import io.dmm.model.unet.UNetConfig;
import io.dmm.pipeline.ModelReader;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.sampler.PredictionType;
import io.dmm.tensor.Precision;
import io.dmm.weights.ModelDescription;
import io.dmm.weights.ModelFiles;
import io.dmm.weights.Sha256;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A diffusers folder or single file with a UNet, and perhaps a text encoder. */
record ModelSource(Path path) implements ExpertSource {

    @Override
    public String sha256() {
        List<Path> used =
                Stream.of("unet", "text_encoder")
                        .map(path::resolve)
                        .filter(Files::isDirectory)
                        .toList();
        Map<Path, String> hashes = new TreeMap<>();
        (used.isEmpty() ? List.of(path) : used)
                .forEach(part -> hashes.putAll(ModelDescription.sha256(part)));
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
    public Architecture check(StableDiffusion base) {
        ModelFiles files = base.files(path);
        UNetConfig unet = ModelReader.checkUNet(files, predicted(base));
        return new Architecture(
                unet,
                files.has("text_encoder")
                        ? ModelReader.checkTextEncoder(files, unet.crossAttentionDim())
                        : base.textEncoder().config());
    }

    private static PredictionType predicted(StableDiffusion base) {
        return base.schedule().config().predictionType();
    }

    @Override
    public UNet unet(NDManager manager, StableDiffusion base, Precision precision) {
        return ModelReader.unet(base.files(path), predicted(base), manager, precision);
    }

    @Override
    public ClipTextModel textEncoder(NDManager manager, StableDiffusion base) {
        ModelFiles files = base.files(path);
        return files.has("text_encoder")
                ? ModelReader.textEncoder(files, manager)
                : base.textEncoder();
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
