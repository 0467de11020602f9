// Times the distillation step at Stable Diffusion 1.5's true size, and its memory.
//
//     notebooks/run dmm-core/benchmark/train15.jsh FOLDER [kept|recomputed [fp32|bf16 [size [batch [steps]]]]]
//
// FOLDER holds the random weights that sd15.jsh makes. Two teachers in bf16, a student with fp32
// weights that computes in the given precision, AdamW, score loss; pictures of size × size pixels,
// 256 by default, 77 tokens. The base is freed once the student has its weights: a step needs none.
// It takes some 20 GB; where the GPU is used, its memory is not in the figures.

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.model.unet.*;
import io.dmm.tensor.*;
import io.dmm.weights.*;

final int THREADS = Runtime.getRuntime().availableProcessors();
final int TEACHERS = 2;
final int TOKENS = 77;

record Options(Path folder, Activations activations, Precision precision, int size, int batch, int steps) {
    static Options parse(List<String> given) {
        if (given.isEmpty()) {
            throw new IllegalArgumentException("benchmark: expected a folder but was nothing; sd15.jsh makes one");
        }
        return new Options(
                Path.of(given.get(0)),
                given.size() > 1 ? Activations.valueOf(given.get(1).toUpperCase(Locale.ROOT)) : Activations.KEPT,
                given.size() > 2 ? Precision.valueOf(given.get(2).toUpperCase(Locale.ROOT)) : Precision.FP32,
                given.size() > 3 ? Integer.parseInt(given.get(3)) : 256,
                given.size() > 4 ? Integer.parseInt(given.get(4)) : 1,
                given.size() > 5 ? Integer.parseInt(given.get(5)) : 3);
    }
}

/** Prints each step as it ends. */
class Report implements TrainingListener {
    private long last = System.nanoTime();

    @Override
    public void onProgress(Progress progress) {}

    @Override
    public void onStep(StepMetrics metrics) {
        long now = System.nanoTime();
        System.out.printf(Locale.ROOT, "%4d  %7.2f  %7.0f  %.6f%n", metrics.step(), (now - last) / 1e9,
                PeakMemory.measure().megabytes(), metrics.loss());
        last = System.nanoTime();
    }
}

float[] normals(int seed, long count) {
    return PhiloxRandom.of(seed, 0, PhiloxRandom.Purpose.NOISE).normals((int) count);
}

UNet student(NDManager manager, Path folder) {
    try (NDManager memory = manager.newSubManager()) {
        UNet base = ModelReader.unet(ModelFolder.open(folder), memory, Precision.FP32);
        return Student.of(manager, base, TEACHERS, 5);
    }
}

void train(Options options) {
    try (NDManager manager = Compute.newManager()) {
        UNet student = student(manager, options.folder());
        List<String> captions = List.of("one", "two", "three", "four");
        TextStates textStates = new TextStates(manager, (memory, texts) -> {
            Shape shape = new Shape(texts.size(), TOKENS, student.config().crossAttentionDim());
            return Ops.create(memory, normals(2, shape.size()), shape);
        }, captions);
        Shape shape = new Shape(captions.size(), student.config().inChannels(), options.size() / 8, options.size() / 8);
        LatentSet latents = new LatentSet(Ops.create(manager, normals(3, shape.size()), shape), captions);
        List<Lesson> lessons = new ArrayList<>();
        for (int i = 0; i < TEACHERS; i++) {
            UNet unet = ModelReader.unet(ModelFolder.open(options.folder()), manager, Precision.BF16);
            lessons.add(Lesson.of(new Teacher("teacher " + i, unet, textStates), i, latents, null));
        }
        System.out.printf(Locale.ROOT, "loaded, peak %.0f MB%nstep  seconds  peak MB  loss%n", PeakMemory.measure().megabytes());
        var objective = new DistillationObjective(
                manager,
                new DistillationObjective.StudentNetwork(
                        student.computingIn(options.precision()), student, options.activations()),
                textStates,
                new SampleDrawing(
                        lessons, new NoiseSchedule(NoiseScheduleConfig.sd15()), TimestepSampling.UNIFORM, options.batch(), 6),
                List.of(Loss.score()));
        new TrainingLoop(options.steps(), options.batch(), 1, Optimizer.Rule.ADAMW, LearningRate.constant(1e-5), 1e-2, 1)
                .run(manager, student.parameters(), objective, new Report());
    }
}

int rc = 70;
rc = Batch.run(() -> {
    System.setProperty("ai.djl.pytorch.num_threads", "" + THREADS);
    Options options = Options.parse(Batch.arguments());
    System.out.printf("%s, student in %s, %d×%d, batch %d, %d threads%n", options.activations(), options.precision(),
            options.size(), options.size(), options.batch(), THREADS);
    train(options);
});
/exit rc
