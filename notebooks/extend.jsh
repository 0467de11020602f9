// Merges more experts into a merged model, which stays as it is, and keeps its styles:
//
//   notebooks/run extend MERGED BASE CAPTIONS FOLDER NAME=EXPERT ... [--steps=20000]
//
// MERGED    the folder of the merged model, such as the model/ that notebooks/run merge leaves
// BASE      the model that all experts were fine-tuned from: a diffusers folder
// CAPTIONS  what the experts are asked about: a folder of captioned pictures, or a text file with a prompt on each
//           line, which the experts then draw
// FOLDER    gets model/, loss.png and checkpoints/; the same command again goes on where it stopped
// EXPERT    a diffusers folder, a single file, or a LoRA, taken at weight 1; NAME will be its style's
//
// The models that come with the library, and pictures for them, are called tinyworld; their experts need no path:
//
//   notebooks/run extend out/merged/model tinyworld tinyworld out/extended scenery --steps=200

final String USAGE =
    "usage: notebooks/run extend MERGED BASE CAPTIONS FOLDER NAME=EXPERT ... [--steps=20000]";
final int BATCH = 32;
final int DRAWN = 480;             // pictures that each expert draws of the captions, at most
final int CHECKPOINT_EVERY = 500;  // steps

final List<String> WORDS = Batch.arguments().stream().filter(word -> !word.startsWith("--")).toList();
final List<String> OPTIONS = Batch.arguments().stream().filter(word -> word.startsWith("--")).toList();

int steps() {
    if (WORDS.size() < 5 || !OPTIONS.stream().allMatch(option -> option.matches("--steps=[1-9]\\d{0,8}"))) {
        throw new IllegalArgumentException(USAGE);
    }
    return OPTIONS.stream().map(option -> Integer.parseInt(option.substring(8))).findFirst().orElse(20_000);
}

Expert expert(String word, TinyWorld world) {
    int sign = word.indexOf('=');
    if (sign > 0) {
        return Expert.of(word.substring(0, sign), Path.of(word.substring(sign + 1)));
    }
    return world.allExperts().stream().filter(expert -> expert.name().equals(word)).findFirst().orElseThrow(
            () -> new IllegalArgumentException("'" + word + "': expected NAME=EXPERT; " + USAGE));
}

Distillation captions(Distillation run, String from, int size, Synthesis.Settings drawing) throws IOException {
    if (Files.isRegularFile(Path.of(from))) {
        var prompts = Files.readAllLines(Path.of(from)).stream().filter(line -> !line.isBlank()).toList();
        return run.prompts(prompts).synthesize(prompts.size(), drawing);
    }
    var pictures = from.equals("tinyworld")
            ? TinyWorld.pictures(1200)
            : CaptionedImages.folder(Path.of(from), size).images();
    return run.captions(pictures).synthesize(Math.min(DRAWN, pictures.size()), drawing);
}

/** Small models learn fast; those of SD 1.5's size take the paper's small steps. */
Distillation settings(Distillation run, boolean small, String from, int size) throws IOException {
    run.batch(BATCH).teacherPrecision(Precision.BF16).listen(new ConsoleProgress());
    if (small) {
        run.optimizer(Optimizer.Rule.MUON).learningRate(LearningRate.cosine(3e-3).withWarmup(20))
                .losses(Loss.score(), Loss.features(0.3)).timesteps(new TimestepSampling(0.3));
        return captions(run, from, size, new Synthesis.Settings(8, 1));
    }
    run.learningRate(1e-5).losses(Loss.score(), Loss.features(0.002)).activations(Activations.RECOMPUTED);
    return captions(run, from, size, Synthesis.Settings.DEFAULT);
}

void extend() throws Exception {
    int steps = steps();
    var folder = Path.of(WORDS.get(3));
    if (Files.exists(folder.resolve("model"))) {
        throw new IllegalArgumentException(folder + ": expected a new folder but it has a model; name another");
    }
    var world = TinyWorld.open();
    boolean small = WORDS.get(1).equals("tinyworld");
    var experts = WORDS.stream().skip(4).map(word -> expert(word, world)).toList();
    try (var base = small ? world.base() : StableDiffusion.load(Path.of(WORDS.get(1)));
            var before = MergedModel.load(Path.of(WORDS.get(0)));
            var merged = settings(before.extend(base), small, WORDS.get(2), base.imageSize())
                    .experts(experts)
                    .steps(steps)
                    .checkpoints(folder.resolve("checkpoints"), CHECKPOINT_EVERY)
                    .run()) {
        merged.save(folder.resolve("model"));
        var metrics = MetricsLog.read(folder.resolve("checkpoints/metrics.jsonl"));
        new LossChart("Experts added: " + experts.size(), metrics).write(folder.resolve("loss.png"));
        System.out.println(folder.resolve("model") + ": " + merged.styles());
    }
}

int rc = 70;
rc = Batch.run(() -> extend());
/exit rc
