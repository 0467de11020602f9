// Saves models in every form and notes what they answer, for interchange.py to compare with diffusers.
//
//     notebooks/run dmm-core/src/test/reference/interchange.jsh [folder]        default: out/interchange
//     python dmm-core/src/test/reference/interchange.py out/interchange
//
// Run it in the root of the checkout. The models are the tiny world's trained base, a random one, one merged in two steps,
// and that one with a mix of styles folded in.

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.dmm.sampler.Sampler;
import io.dmm.tensor.Compute;
import io.dmm.weights.*;

final Path OUT = Path.of(Batch.arguments().stream().findFirst().orElse("out/interchange"));
final String PROMPT = "a red house on the left, by the sea";
final String NEGATIVE = "blurred, two boats";
final int STEPS = 5;

/** Writes the latents and the picture of one prompt, drawn by a model as read from its file. */
void answer(StableDiffusion model, int size, Path file) {
    try (NDManager memory = Compute.newManager()) {
        List<NDArray> latents = new ArrayList<>();
        TextToImage request = model.sample(PROMPT);
        if (!model.styles().isEmpty()) {
            request.style(model.styles().get(1));
        }
        request.negativePrompt(NEGATIVE).size(size, size).seed(7)
                .sampler(Sampler.DDIM).steps(STEPS).guidance(7)
                .listen((step, total, noisy) -> {
                    if (step == total) {
                        NDArray copy = noisy.duplicate();
                        copy.attach(memory);
                        latents.add(copy);
                    }
                })
                .image();
        Map<String, NDArray> values = Map.of(
                "text", model.encode(memory, List.of(PROMPT), 1),
                "latents", latents.get(0),
                "image", model.vae().decode(latents.get(0)));
        SafeTensorsWriter.write(file, values, DType.F32, Map.of());
    }
}

void saveMerged(String name) throws IOException {
    Path folder = Files.createDirectories(OUT.resolve(name));
    TinyWorld world = TinyWorld.open();
    try (StableDiffusion base = world.base();
            MergedModel merged = Dmm.distill(base).experts(world.experts()).prompts(List.of(PROMPT, NEGATIVE))
                    .steps(2).batch(8).learningRate(LearningRate.constant(1e-3)).run()) {
        merged.save(folder.resolve("folder-F32"));
    }
    try (MergedModel read = MergedModel.load(folder.resolve("folder-F32"));
            StableDiffusion folded = read.fold(StyleMix.of("ink", 0.4).and("pixel", 0.6))) {
        answer(read.pipeline(), 64, folder.resolve("folder-F32.answers.safetensors"));
        save(folded, "folded");
    }
}

void save(StableDiffusion model, String name) throws IOException {
    int size = model.unet().config().sampleSize() * model.vae().config().downsampling();
    Path folder = Files.createDirectories(OUT.resolve(name));
    for (DType type : List.of(DType.F32, DType.F16)) {
        Path diffusers = folder.resolve("folder-" + type);
        Path single = folder.resolve("single-" + type + ".safetensors");
        model.save(diffusers, type, Map.of());
        model.save(single, type, Map.of());
        try (StableDiffusion read = StableDiffusion.load(diffusers)) {
            answer(read, size, folder.resolve("folder-" + type + ".answers.safetensors"));
        }
        try (StableDiffusion read = StableDiffusion.load(single, diffusers)) {
            answer(read, size, folder.resolve("single-" + type + ".answers.safetensors"));
        }
    }
}

int rc = 70;
rc = Batch.run(() -> {
    if (OUT.toString().isEmpty()) {
        throw new IllegalArgumentException("interchange: expected a folder to write to");
    }
    try (StableDiffusion model = TinyWorld.open().base()) {
        save(model, "tinyworld");
    }
    try (StableDiffusion model = StableDiffusion.load(
            Path.of("dmm-core/src/test/resources/reference/pipeline"))) {
        save(model, "random");
    }
    saveMerged("merged");
});
/exit rc
