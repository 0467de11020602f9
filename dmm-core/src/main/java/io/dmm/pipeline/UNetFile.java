package io.dmm.pipeline;

import ai.djl.ndarray.NDManager;
import io.dmm.model.unet.UNet;
import io.dmm.model.unet.UNetConfig;
import io.dmm.model.unet.UNetNames;
import io.dmm.sampler.PredictionType;
import io.dmm.tensor.Precision;
import io.dmm.weights.ModelFileException;
import io.dmm.weights.ModelFiles;
import io.dmm.weights.ModelKind;
import io.dmm.weights.ModelSpec;
import io.dmm.weights.NameTable;
import io.dmm.weights.TensorFile;
import io.dmm.weights.Weights;
import java.util.List;
import java.util.stream.IntStream;

/** The UNet of a model, its header checked: what it is, and that all tensors are as needed. */
record UNetFile(UNetConfig config, TensorFile tensors) implements AutoCloseable {
    /** Key of the safetensors metadata under which the styles are named, separated by line ends. */
    static final String STYLES_KEY = "dmm.styles";

    static UNetFile open(ModelFiles files) {
        TensorFile raw = files.weights("unet");
        try {
            ModelKind.of(raw).requireUNet(raw.where());
            UNetConfig config = UNetConfig.read(files.config("unet"));
            NameTable ldm = UNetNames.ldm(config);
            if (raw.tensors().containsKey(ldm.names().get("conv_in.weight"))) {
                config = config.withStyles(0); // it may be a donor's; no such file has styles
            }
            TensorFile tensors = NameTable.inDiffusersNames(raw, ldm);
            return checked(config, tensors);
        } catch (RuntimeException e) {
            raw.close();
            throw e;
        }
    }

    private static UNetFile checked(UNetConfig config, TensorFile tensors) {
        Weights.check(tensors, weights -> new UNet(config, weights));
        return new UNetFile(config, tensors);
    }

    UNet load(NDManager manager, Precision precision) {
        return new UNet(config, Weights.load(tensors, manager, precision));
    }

    /** Styles are numbered where the file, like those of DMM's authors, does not name them. */
    List<String> styles() {
        String names = tensors.metadata().get(STYLES_KEY);
        if (names == null) {
            return IntStream.range(0, config.styles()).mapToObj(i -> "style" + i).toList();
        }
        List<String> styles = names.lines().toList();
        if (styles.size() != config.styles()) {
            throw new ModelFileException(
                    tensors.where()
                            + ": "
                            + STYLES_KEY
                            + ", expected "
                            + config.styles()
                            + " names but was "
                            + styles);
        }
        return styles;
    }

    /** Refuses a noise schedule that contradicts what the file says it was trained to predict. */
    void requirePrediction(PredictionType expected) {
        String stated = tensors.metadata().get(ModelSpec.PREDICTION_TYPE);
        String read = ModelWriter.spelled(expected);
        if (stated != null && !stated.equals(read)) {
            throw new ModelFileException(
                    "%s: %s, expected %s as in the scheduler's config but was %s; name a folder with a scheduler_config.json made for this model"
                            .formatted(tensors.where(), ModelSpec.PREDICTION_TYPE, read, stated));
        }
    }

    @Override
    public void close() {
        tensors.close();
    }
}
