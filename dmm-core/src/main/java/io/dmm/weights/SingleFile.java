package io.dmm.weights;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model in one safetensors file, as latent diffusion's code saves it: all or some of UNet,
 * autoencoder and text encoder, each behind a prefix, or one of them alone. It has no configs and
 * no tokenizer.
 */
final class SingleFile implements ModelFiles {
    private static final Logger LOGGER = LoggerFactory.getLogger(SingleFile.class);

    /** What training leaves in a file: buffers, losses and averaged weights. */
    private static final Pattern LEFT_BY_TRAINING =
            Pattern.compile(
                    "(betas|logvar|scale_factor|(alphas_cumprod|sqrt_|log_|posterior_|lvlb_).*"
                            + "|(first_stage_model\\.)?(model_ema|loss)\\..*"
                            + "|cond_stage_model\\.(transformer\\.)?(logit_scale|text_projection.*)"
                            + "|(.*\\.)?position_ids)");

    /** Empty tensors by which ComfyUI says that a network predicts v, and what its schedule is. */
    private static final String V_PREDICTION = "v_pred";

    private static final String ZERO_TERMINAL_SNR = "ztsnr";

    private static final Pattern AVERAGE =
            Pattern.compile("model_ema\\.(?!(decay|num_updates)$).*");

    private static final Pattern V_IN_CONFIG =
            Pattern.compile("(?m)^\\s*parameterization:\\s*[\"']?v\\b");

    private static final int LONGEST_CONFIG = 1 << 20;
    private static final int NAMES_SHOWN = 10;

    private final Path path;
    private final Map<LdmPart, String> prefixes;

    private SingleFile(Path path, Map<LdmPart, String> prefixes) {
        this.path = path;
        this.prefixes = prefixes;
    }

    static SingleFile open(Path path) {
        try (TensorFile file = TensorFile.open(path)) {
            ModelKind.of(file).requireSupported(file.where());
            if (file.tensors().containsKey(ZERO_TERMINAL_SNR)) {
                throw new ModelFileException(
                        "%s: has the marker %s, expected a model without: noise schedules that end at an SNR of zero are not supported"
                                .formatted(file.where(), ZERO_TERMINAL_SNR));
            }
            Map<LdmPart, String> prefixes = prefixesIn(file);
            checkRest(file, prefixes);
            return new SingleFile(path, prefixes);
        }
    }

    /** The parts of a file with what stands before the names of each. */
    static Map<LdmPart, String> prefixesIn(TensorFile file) {
        Set<String> names = file.tensors().keySet();
        Map<LdmPart, String> prefixes = new EnumMap<>(LdmPart.class);
        for (LdmPart part : LdmPart.values()) {
            String prefix = part.prefixIn(names);
            if (prefix != null) {
                prefixes.put(part, prefix);
            }
        }
        return prefixes;
    }

    private static void checkRest(TensorFile file, Map<LdmPart, String> prefixes) {
        List<String> unknown = new ArrayList<>();
        for (String name : file.tensors().keySet()) {
            if (!LEFT_BY_TRAINING.matcher(name).matches()
                    && !name.equals(V_PREDICTION)
                    && prefixes.values().stream().noneMatch(name::startsWith)) {
                unknown.add(name);
            }
        }
        if (!unknown.isEmpty()) {
            throw new ModelFileException(
                    "%s: expected UNet, autoencoder and text encoder of SD 1.5 alone but was %d more tensors, first %s; it is a model of another kind"
                            .formatted(file.where(), unknown.size(), firstOf(unknown)));
        }
    }

    private static List<String> firstOf(List<String> names) {
        return names.subList(0, Math.min(NAMES_SHOWN, names.size()));
    }

    @Override
    public String where() {
        return path.toString();
    }

    @Override
    public boolean has(String part) {
        return prefixes.keySet().stream().anyMatch(each -> each.part().equals(part));
    }

    @Override
    public boolean hasConfig(String part) {
        return false;
    }

    @Override
    public ConfigNode config(String part) {
        throw lacks("config of its " + part);
    }

    @Override
    public TensorFile weights(String part) {
        for (Map.Entry<LdmPart, String> each : prefixes.entrySet()) {
            if (each.getKey().part().equals(part)) {
                TensorFile file = TensorFile.open(path);
                if (each.getKey() == LdmPart.UNET) {
                    sayWhichWeights(file);
                }
                return part(file, each.getValue());
            }
        }
        throw lacks(part);
    }

    private static void sayWhichWeights(TensorFile file) {
        List<String> averages =
                file.tensors().keySet().stream()
                        .filter(name -> AVERAGE.matcher(name).matches())
                        .toList();
        if (!averages.isEmpty()) {
            LOGGER.info(
                    "{}: takes the weights as trained and leaves out their {} averages (EMA), first"
                            + " {}",
                    file.where(),
                    averages.size(),
                    firstOf(averages));
        }
    }

    /** The tensors behind a prefix, which their names lose. */
    static TensorFile part(TensorFile file, String prefix) {
        TensorView view = new TensorView(file, metadata(file));
        for (TensorInfo info : file.tensors().values()) {
            if (belongs(info.name(), prefix)) {
                view.add(info.name().substring(prefix.length()), info, info.shape());
            }
        }
        return view;
    }

    /**
     * The metadata, in which what ComfyUI and A1111 say of the prediction, the latter in a config
     * beside the file, has ModelSpec's key.
     */
    private static Map<String, String> metadata(TensorFile file) {
        Map<String, String> metadata = new LinkedHashMap<>(file.metadata());
        String comfy = metadata.get("modelspec.predict_key");
        if (file.tensors().containsKey(V_PREDICTION) || configSaysV(Path.of(file.where()))) {
            metadata.put(ModelSpec.PREDICTION_TYPE, "v");
        } else if (comfy != null) {
            metadata.putIfAbsent(ModelSpec.PREDICTION_TYPE, comfy);
        }
        return metadata;
    }

    /** Whether the config that A1111 takes for a file, of its name with another ending, says v. */
    private static boolean configSaysV(Path model) {
        String name = model.getFileName().toString().replaceFirst("\\.safetensors$", "");
        Path config = model.resolveSibling(name + ".yaml");
        try {
            return Files.isRegularFile(config)
                    && Files.size(config) < LONGEST_CONFIG
                    && V_IN_CONFIG.matcher(Files.readString(config, ISO_8859_1)).find();
        } catch (IOException e) {
            throw new ModelFileException(config + ": cannot be read (" + e + ")", e);
        }
    }

    /** Whether a tensor is a weight of the part behind {@code prefix}. */
    static boolean belongs(String name, String prefix) {
        return name.startsWith(prefix)
                && !name.equals(V_PREDICTION)
                && !LEFT_BY_TRAINING.matcher(name).matches();
    }

    @Override
    public Path tokenizer() {
        throw lacks("tokenizer");
    }

    private ModelFileException lacks(String what) {
        String parts =
                prefixes.keySet().stream().map(LdmPart::part).collect(Collectors.joining(", "));
        return new ModelFileException(
                "%s: has no %s, expected one beside its %s".formatted(path, what, parts));
    }
}
