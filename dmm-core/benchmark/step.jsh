// Times the distillation step of the tiny world's UNet and, in turn, the same step in PyTorch and
// what the authors' script does for it, also in PyTorch: see step.py.
//
//     notebooks/run dmm-core/benchmark/step.jsh [batch [steps [fp32|bf16 [teachers]]]]
//
// Run it in the root of the checkout, on the CPU. The precision is that of the teachers. DMM_PYTHON
// names a python that has torch, diffusers and transformers; without it only ours is timed.

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dmm.model.unet.*;
import io.dmm.tensor.*;
import io.dmm.weights.*;

final int PICTURES = 512;
final int TOKENS = 77;
final int WARMUP = 30;  // the JVM compiles what runs often
final int ROUNDS = 3;
final int THREADS = Runtime.getRuntime().availableProcessors();

record Options(int batch, int steps, Precision precision, int teachers) {
    static Options parse(List<String> given) {
        return new Options(
                given.size() > 0 ? Integer.parseInt(given.get(0)) : 32,
                given.size() > 1 ? Integer.parseInt(given.get(1)) : 30,
                Precision.valueOf(given.size() > 2 ? given.get(2).toUpperCase(Locale.ROOT) : "FP32"),
                given.size() > 3 ? Integer.parseInt(given.get(3)) : 4);
    }
}

record Timing(double samplesPerSecond, double peakMegabytes) {}

/** Notes when each step ended. */
class Clock implements TrainingListener {
    private final List<Long> nanos = new ArrayList<>();

    @Override
    public void onProgress(Progress progress) {}

    @Override
    public void onStep(StepMetrics metrics) {
        nanos.add(System.nanoTime());
    }

    double secondsAfterWarmup() {
        return (nanos.get(nanos.size() - 1) - nanos.get(WARMUP - 1)) / 1e9;
    }
}

float[] normals(int seed, long count) {
    return PhiloxRandom.of(seed, 0, PhiloxRandom.Purpose.NOISE).normals((int) count);
}

Timing ours(Options options, Path folder) {
    try (NDManager manager = Compute.newManager()) {
        UNetConfig config = ModelReader.unet(ModelFolder.open(folder), manager, Precision.FP32).config();
        List<String> captions = new ArrayList<>();
        for (int i = 0; i < PICTURES; i++) {
            captions.add("picture " + i);
        }
        TextStates textStates = new TextStates(manager, (memory, texts) -> {
            Shape shape = new Shape(texts.size(), TOKENS, config.crossAttentionDim());
            return memory.create(normals(2, shape.size()), shape);
        }, captions);
        Shape shape = new Shape(PICTURES, config.inChannels(), config.sampleSize(), config.sampleSize());
        LatentSet latents = new LatentSet(manager.create(normals(3, shape.size()), shape), captions);
        List<Teacher> teachers = new ArrayList<>();
        for (int i = 0; i < options.teachers(); i++) {
            UNet unet = ModelReader.unet(ModelFolder.open(folder), manager, options.precision());
            teachers.add(new Teacher("teacher " + i, unet, textStates));
        }
        UNet base = new UNet(config, Weights.initial(manager, 4));
        UNet student = Student.of(manager, base, options.teachers(), 5);
        List<Lesson> lessons = new ArrayList<>();
        for (Teacher teacher : teachers) {
            lessons.add(Lesson.of(teacher, lessons.size(), latents, null));
        }
        var schedule = new NoiseSchedule(NoiseScheduleConfig.sd15());
        var objective = new DistillationObjective(
                manager, new DistillationObjective.StudentNetwork(student, base, Activations.KEPT),
                textStates,
                new SampleDrawing(lessons, schedule, TimestepSampling.UNIFORM, options.batch(), 6),
                List.of(Loss.score()));
        var loop = new TrainingLoop(
                WARMUP + options.steps(), options.batch(), LearningRate.constant(1e-4), 1e-2, 1);
        Clock clock = new Clock();
        loop.run(manager, student.parameters(), objective, clock);
        double samples = (double) options.batch() * options.steps();
        return new Timing(samples / clock.secondsAfterWarmup(), PeakMemory.measure().megabytes());
    }
}

Timing theirs(Options options, Path folder, String python, boolean script) throws Exception {
    List<String> command = new ArrayList<>(List.of(
            python, "dmm-core/benchmark/step.py", folder.toString(),
            "--batch", "" + options.batch(), "--teachers", "" + options.teachers(), "--warmup", "" + WARMUP,
            "--steps", "" + options.steps(), "--threads", "" + THREADS));
    if (options.precision() == Precision.BF16) {
        command.add("--bf16-teachers");
    }
    if (script) {
        command.add("--script");
    }
    Process process =
            new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
        throw new IllegalStateException(
                "benchmark: the peer, expected exit code 0 but was " + process.exitValue()
                        + "; its lines above say why");
    }
    JsonNode report = new ObjectMapper().readTree(output);
    return new Timing(
            report.get("samplesPerSecond").asDouble(), report.get("peakMegabytes").asDouble());
}

/** Prints a line of the table and returns the throughput. */
double show(int round, String who, Timing timing) {
    System.out.printf(Locale.ROOT, "%5d  %-8s %9.1f  %7.0f%n",
            round, who, timing.samplesPerSecond(), timing.peakMegabytes());
    return timing.samplesPerSecond();
}

void compare(Options options, Path folder, String python) throws Exception {
    if (Compute.device().isGpu()) {
        throw new IllegalStateException(
                "benchmark: expected the CPU but was " + Compute.device() + "; set DMM_DEVICE=cpu");
    }
    try (var base = TinyWorld.open().base()) {
        base.save(folder.resolve("base"), DType.F32, Map.of());
    }
    System.out.printf("batch %d, %d teachers in %s, %d steps after %d, %d threads%n", options.batch(),
            options.teachers(), options.precision(), options.steps(), WARMUP, THREADS);
    System.out.println("round  step     samples/s  peak MB");
    double ours = 0;
    double same = 0;
    double script = 0;
    for (int round = 1; round <= ROUNDS; round++) {
        ours += show(round, "dmm", ours(options, folder.resolve("base")));
        if (python != null) {
            same += show(round, "pytorch", theirs(options, folder.resolve("base"), python, false));
            script += show(round, "script", theirs(options, folder.resolve("base"), python, true));
        }
    }
    if (python != null) {
        System.out.printf(Locale.ROOT, "ratio, mean of the rounds: %.2f to the same step, %.2f to the script's%n",
                ours / same, ours / script);
    }
}

int rc = 70;
rc = Batch.run(() -> {
    // both sides are told, so that neither guesses
    System.setProperty("ai.djl.pytorch.num_threads", "" + THREADS);
    Options options = Options.parse(Batch.arguments());
    Path folder = Files.createTempDirectory("dmm-benchmark-");
    try {
        compare(options, folder, System.getenv("DMM_PYTHON"));
    } finally {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
    }
});
/exit rc
