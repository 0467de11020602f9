package io.dmm.pipeline;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.model.clip.ClipTextModel;
import io.dmm.model.unet.UNet;
import io.dmm.model.unet.UNetNames;
import io.dmm.tensor.Compute;
import io.dmm.tensor.Precision;
import io.dmm.weights.Lora;
import io.dmm.weights.LoraTargets;
import io.dmm.weights.LoraUpdates;
import io.dmm.weights.ModelFileException;
import io.dmm.weights.Weights;
import java.util.List;
import java.util.Map;

/**
 * A model's networks with LoRA files folded into their weights. It holds the files' tensors until
 * it is closed; the networks it makes stay.
 */
public final class LoraFolding implements AutoCloseable {
    private final StableDiffusion base;
    private final LoraUpdates updates;

    private LoraFolding(StableDiffusion base, LoraUpdates updates) {
        this.base = base;
        this.updates = updates;
    }

    /**
     * Reads the files and checks them against {@code base}, which stays as it is.
     *
     * @throws ModelFileException if one is broken or does not fit
     */
    public static LoraFolding read(StableDiffusion base, List<Lora> loras) {
        LoraTargets targets =
                LoraTargets.of(
                        base.unet().shapes(),
                        UNetNames.ldm(base.unet().config()).modules(),
                        base.textEncoder().shapes());
        return new LoraFolding(base, LoraUpdates.read(loras, targets));
    }

    /** The base with both networks in their changed form, on memory that the model owns. */
    StableDiffusion model() {
        NDManager owner = Compute.newManager();
        try {
            UNet unet = base.unet().folded(updates, owner);
            return base.with(owner, unet, base.styles()).with(textEncoder(owner));
        } catch (RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    /**
     * The UNet with all changes, folded in fp32.
     *
     * @param manager receives its weights; in fp32 those that do not change share the base's memory
     * @throws IllegalStateException if the base is in bf16
     */
    public UNet unet(NDManager manager, Precision precision) {
        base.unet().requireFp32("LoRA: UNet to fold into");
        if (precision == Precision.FP32) {
            return base.unet().folded(updates, manager);
        }
        try (NDManager memory = manager.newSubManager()) {
            return base.unet().folded(updates, memory).preparedCopy(manager, precision);
        }
    }

    /** The text encoder with all changes, or the base's own if there are none. */
    public ClipTextModel textEncoder(NDManager manager) {
        ClipTextModel encoder = base.textEncoder();
        if (!updates.changeTextEncoder()) {
            return encoder;
        }
        Map<String, NDArray> folded = updates.foldTextEncoder(encoder.parameters(), manager);
        return new ClipTextModel(encoder.config(), Weights.of(folded, "LoRA"));
    }

    @Override
    public void close() {
        updates.close();
    }
}
