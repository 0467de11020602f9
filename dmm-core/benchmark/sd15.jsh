// Times sampling at Stable Diffusion 1.5's true size and, in turn, the same in diffusers.
//
//     notebooks/run dmm-core/benchmark/sd15.jsh FOLDER [fp32|bf16 [runs [image]]]
//
// FOLDER is made where it is missing: a diffusers folder of random weights, 2.1 GB in fp16. 512×512
// pixels, batch 2 for guidance, 77 tokens. With `image`, also a picture of 25 steps, and how much longer
// it takes than 25 UNet steps and a decoding. Run it in the root of the checkout, on the CPU, on Linux.
// DMM_PYTHON names a python with torch, diffusers and transformers; without it only ours is timed.

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dmm.model.clip.*;
import io.dmm.model.unet.*;
import io.dmm.model.vae.*;
import io.dmm.tensor.*;
import io.dmm.weights.*;

final int THREADS = Runtime.getRuntime().availableProcessors();
final int STEPS = 25;

record Options(Path folder, Precision precision, int runs, boolean image) {
    static Options parse(List<String> given) {
        if (given.isEmpty()) {
            throw new IllegalArgumentException("benchmark: expected a folder but was nothing; name one for 2.1 GB");
        }
        return new Options(
                Path.of(given.get(0)),
                Precision.valueOf(given.size() > 1 ? given.get(1).toUpperCase(Locale.ROOT) : "FP32"),
                given.size() > 2 ? Integer.parseInt(given.get(2)) : 3,
                given.size() > 3 && given.get(3).equals("image"));
    }
}

NDArray normals(NDManager manager, long... shape) {
    Shape wanted = new Shape(shape);
    float[] values = PhiloxRandom.of(1, wanted.size(), PhiloxRandom.Purpose.NOISE).normals((int) wanted.size());
    return Ops.create(manager, values, wanted);
}

/** SD 1.5 with random weights; the tokenizer is the tiny world's. */
void make(Path folder) {
    try (NDManager manager = Compute.newManager();
            StableDiffusion tiny = TinyWorld.open().base();
            ModelDraft draft = ModelDraft.create(folder)) {
        var unet = new UNet(UNetConfig.sd15(), Weights.initial(manager, 1));
        var vae = new AutoencoderKl(VaeConfig.sd15(), Weights.initial(manager, 2));
        var text = new ClipTextModel(ClipTextConfig.sd15(), Weights.initial(manager, 3));
        new StableDiffusion(manager, tiny.tokenizer(), text, unet, vae, tiny.schedule(), List.of())
                .writeTo(draft, DType.F16, Map.of());
        draft.publish();
    }
}

double seconds(int runs, Runnable body) {
    body.run();
    double[] times = new double[runs];
    for (int i = 0; i < runs; i++) {
        long start = System.nanoTime();
        body.run();
        times[i] = (System.nanoTime() - start) / 1e9;
    }
    Arrays.sort(times);
    return times[runs / 2];
}

Map<String, Double> ours(Options options) throws Exception {
    Map<String, Double> report = new LinkedHashMap<>();
    ModelFolder folder = ModelFolder.open(options.folder());
    try (NDManager manager = Compute.newManager(); GradMode mode = GradMode.off()) {
        Compute.device();
        Ops.silu(normals(manager, 1)); // both sides have PyTorch started when the clock starts
        Files.writeString(Path.of("/proc/self/clear_refs"), "5");
        long start = System.nanoTime();
        UNet unet = ModelReader.unet(folder, manager, options.precision());
        report.put("load", (System.nanoTime() - start) / 1e9);
        report.put("loadPeakMegabytes", PeakMemory.measure().megabytes());
        NDArray sample = normals(manager, 2, 4, 64, 64);
        NDArray context = normals(manager, 2, 77, 768);
        float[] timesteps = {500, 500};
        report.put("step", seconds(options.runs(), () -> unet.forward(sample, timesteps, context, null).close()));
        report.put("peakMegabytes", PeakMemory.measure().megabytes());
        ClipTextModel text = ModelReader.textEncoder(folder, manager);
        long[][] ids = new long[2][77];
        report.put("text", seconds(options.runs(), () -> text.forward(manager, ids, 1).close()));
        AutoencoderKl vae = ModelReader.autoencoder(folder, manager, options.precision());
        NDArray latents = normals(manager, 1, 4, 64, 64);
        report.put("decode", seconds(options.runs(), () -> vae.decode(latents).close()));
    }
    if (options.image()) {
        try (var model = StableDiffusion.load(options.folder(), options.precision())) {
            long start = System.nanoTime();
            model.sample("a red house").steps(STEPS).guidance(7).image();
            report.put("image", (System.nanoTime() - start) / 1e9);
            report.put("imageOfItsParts", report.get("image") / (STEPS * report.get("step") + report.get("decode")));
        }
    }
    return report;
}

Map<String, Double> theirs(Options options, String python) throws Exception {
    List<String> command = new ArrayList<>(List.of(
            python, "dmm-core/benchmark/sd15.py", options.folder().toString(),
            "--threads", "" + THREADS, "--runs", "" + options.runs(), "--steps", "" + STEPS));
    if (options.precision() == Precision.BF16) {
        command.add("--bf16");
    }
    if (options.image()) {
        command.add("--image");
    }
    Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    JsonNode json = new ObjectMapper().readTree(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
        throw new IllegalStateException("benchmark: the peer ended with " + process.exitValue() + "; its lines above say why");
    }
    Map<String, Double> report = new LinkedHashMap<>();
    json.properties().forEach(entry -> report.put(entry.getKey(), entry.getValue().asDouble()));
    return report;
}

int rc = 70;
rc = Batch.run(() -> {
    // both sides are told, so that neither guesses
    System.setProperty("ai.djl.pytorch.num_threads", "" + THREADS);
    Options options = Options.parse(Batch.arguments());
    if (!Files.exists(options.folder())) {
        make(options.folder());
    }
    String python = System.getenv("DMM_PYTHON");
    System.out.printf("%s, %d threads, median of %d runs; seconds, and 10⁶ bytes%n", options.precision(), THREADS, options.runs());
    Map<String, Double> ours = ours(options);
    Map<String, Double> theirs = python == null ? Map.of() : theirs(options, python);
    System.out.println("                        dmm  diffusers  ratio");
    ours.forEach((what, value) -> {
        Double peer = theirs.get(what);
        System.out.printf(Locale.ROOT, peer == null ? "%-18s %9.2f%n" : "%-18s %9.2f  %9.2f  %5.2f%n",
                what, value, peer, peer == null ? 0 : value / peer);
    });
});
/exit rc
