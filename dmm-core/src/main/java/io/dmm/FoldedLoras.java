package io.dmm;

import ai.djl.ndarray.NDManager;
import io.dmm.model.clip.ClipTextModel;
import io.dmm.model.unet.UNet;
import io.dmm.pipeline.LoraFolding;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.tensor.Precision;
import io.dmm.weights.Lora;
import io.dmm.weights.ModelFileException;
import io.dmm.weights.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** The base with LoRA files folded into its weights. */
record FoldedLoras(List<Lora> loras) implements ExpertSource {

    FoldedLoras {
        loras = List.copyOf(loras);
        if (loras.isEmpty()) {
            throw new IllegalArgumentException("expert: expected at least one LoRA but was none");
        }
    }

    @Override
    public Path path() {
        return loras.get(0).file();
    }

    @Override
    public String sha256() {
        return Sha256.of(
                loras.stream()
                        .map(lora -> hash(lora.file()) + " " + lora.weight() + "\n")
                        .collect(Collectors.joining()));
    }

    private static String hash(Path file) {
        try {
            return Sha256.of(file);
        } catch (IOException e) {
            throw new ModelFileException(file + ": cannot be read (" + e + ")", e);
        }
    }

    @Override
    public Architecture check(StableDiffusion base) {
        LoraFolding.read(base, loras).close();
        return new Architecture(base.unet().config(), base.textEncoder().config());
    }

    @Override
    public UNet unet(NDManager manager, StableDiffusion base, Precision precision) {
        try (LoraFolding folding = LoraFolding.read(base, loras)) {
            return folding.unet(manager, precision);
        }
    }

    @Override
    public ClipTextModel textEncoder(NDManager manager, StableDiffusion base) {
        try (LoraFolding folding = LoraFolding.read(base, loras)) {
            return folding.textEncoder(manager);
        }
    }

    @Override
    public String toString() {
        return loras.stream()
                .map(lora -> lora.file() + " × " + lora.weight())
                .collect(Collectors.joining(" + "));
    }
}
