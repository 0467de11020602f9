package io.dmm;

import ai.djl.ndarray.NDManager;
import io.dmm.model.clip.ClipTextConfig;
import io.dmm.model.clip.ClipTextModel;
import io.dmm.model.unet.UNet;
import io.dmm.model.unet.UNetConfig;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.tensor.Precision;
import io.dmm.weights.ModelFileException;
import java.nio.file.Path;

/** Where the networks of an {@link Expert} come from. */
sealed interface ExpertSource permits ModelSource, FoldedLoras {
    /** The folder or file that is read. */
    Path path();

    /** SHA-256 of the weights' files, in hexadecimal digits, and of how they are used. */
    String sha256();

    /** The networks of an expert. */
    record Architecture(UNetConfig unet, ClipTextConfig textEncoder) {}

    /**
     * Checks that this can be read, without holding it.
     *
     * @throws ModelFileException if it cannot be read or does not fit the base
     */
    Architecture check(StableDiffusion base);

    /** Makes the UNet, onto {@code manager}. */
    UNet unet(NDManager manager, StableDiffusion base, Precision precision);

    /** Makes the text encoder, onto {@code manager}, or returns the base's if it has no other. */
    ClipTextModel textEncoder(NDManager manager, StableDiffusion base);
}
