// Merges the tiny world's four experts and leaves model, pictures, curve and figures in a new folder:
//
//   notebooks/run quickstart [folder]        default: out/quickstart

final int PICTURES = 1200;  // captioned pictures that all experts are asked about
final int DRAWN = 480;      // pictures that each expert first draws itself
final int STEPS = 440;
final int BATCH = 32;
final double DRAWN_SHARE = 0.36;  // of each batch; the rest are the captioned pictures
final double RATE = 5e-3;
// parts of each batch: the nearer an expert is to the base, the more of its gap an error takes
final Map<String, Double> WEIGHTS = Map.of("business", 2.2, "ink", 1.0, "pixel", 1.4, "scenery", 0.8);
final double FEATURES = 0.3;  // weight of the feature imitation; small networks profit from much of it
final TimestepSampling TIMESTEPS = new TimestepSampling(0.3);  // experts differ most where there is little noise
final int SEED = 7;
final int HELD_OUT_SEED = 1_000_000;
final Synthesis.Settings DRAWING = new Synthesis.Settings(6, 1);  // small pictures need few steps and no guidance
final double GUIDANCE = 4;
final int SAMPLER_STEPS = 15;

final String[] PROMPTS = {
    "a red house on the left, by the sea",
    "a yellow boat in the middle, in the mountains",
    "a purple cat on the right, on a meadow",
    "a blue car in the middle, in the desert",
    "an orange balloon on the left, on a meadow",
    "a green tree on the right, by the sea",
};

List<BufferedImage> row(TextToImage request) {
    return request.seed(SEED).guidance(GUIDANCE).steps(SAMPLER_STEPS).images(1).stream().map(GeneratedImage::image).toList();
}

ImageGrid styles(StableDiffusion base, List<Expert> experts, MergedModel merged) {
    List<String> labels = new ArrayList<>(List.of("base"));
    List<List<BufferedImage>> rows = new ArrayList<>(List.of(row(base.sample(PROMPTS))));
    for (Expert expert : experts) {
        try (StableDiffusion teacher = expert.pipeline(base)) {
            labels.add("expert: " + expert.name());
            rows.add(row(teacher.sample(PROMPTS)));
        }
    }
    for (String style : merged.styles()) {
        labels.add("merged: " + style);
        rows.add(row(merged.sample(PROMPTS).style(style)));
    }
    return new ImageGrid(labels, List.of(PROMPTS), rows, 2);
}

ImageGrid interpolation(MergedModel merged) {
    return merged.interpolate("ink", "pixel")
            .steps(9).seed(SEED).settings(request -> request.guidance(GUIDANCE).steps(SAMPLER_STEPS))
            .prompts(PROMPTS).grid().withZoom(2);
}

Report report(RunSummary summary) {
    return new Report(
            "Four experts in one model",
            "Four experts, each fine-tuned from one base to draw in another style, were distilled into one"
                    + " model that is told the style with every picture.",
            summary,
            List.of(
                    new Report.Picture("styles.png", "Styles",
                            "The same prompts and seed: the base, each expert, and the merged model with each"
                                    + " style. A style's row should look like its expert's."),
                    new Report.Picture("interpolation.png", "Between two styles",
                            "The merged model with a mix of two styles, the same prompts and seed."),
                    new Report.Picture("loss.png", "Training", "The mean squared difference between the noise"
                            + " that student and experts predict, and between the outputs of their blocks.")));
}

void quickstart(Path out) throws Exception {
    if (Files.exists(out)) {
        throw new IllegalArgumentException(out + ": expected a new folder but it exists;"
                + " move it away or name another, as in: notebooks/run quickstart out/second");
    }
    Fonts.sans(java.awt.Font.PLAIN, 12);  // a lack of fonts is told now, not after the training
    Files.createDirectories(out);
    var progress = new ConsoleProgress();
    var world = TinyWorld.open();
    var experts = world.experts().stream().map(e -> e.withWeight(WEIGHTS.get(e.name()))).toList();
    try (var base = world.base();
            var merged = Dmm.distill(base)
                    .experts(experts)
                    .captions(TinyWorld.pictures(PICTURES))
                    .start(Student.Start.MEAN_OF_EXPERTS)
                    .synthesize(DRAWN, DRAWING).synthesizedShare(DRAWN_SHARE)
                    .teacherPrecision(Precision.BF16)
                    .steps(STEPS)
                    .batch(BATCH)
                    .optimizer(Optimizer.Rule.MUON)
                    .learningRate(LearningRate.linear(RATE).withWarmup(20))
                    .losses(Loss.score(), Loss.features(FEATURES))
                    .timesteps(TIMESTEPS)
                    .metrics(out.resolve("metrics.jsonl"))
                    .listen(progress)
                    .run()) {
        merged.save(out.resolve("merged"));
        styles(base, experts, merged).save(out.resolve("styles.png"));
        interpolation(merged).save(out.resolve("interpolation.png"));
        var metrics = MetricsLog.read(out.resolve("metrics.jsonl"));
        new LossChart("Distillation of four experts", metrics).save(out.resolve("loss.png"));

        var comparisons =
                Comparison.of(base, merged, experts, TinyWorld.heldOut(), DRAWING, HELD_OUT_SEED, progress);
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("experts", String.join(", ", merged.styles()));
        settings.put("captioned pictures", "" + PICTURES);
        settings.put("pictures drawn by each expert", "" + DRAWN);
        settings.put("part of a batch that is drawn", "" + DRAWN_SHARE);
        settings.put("steps", "" + STEPS);
        settings.put("batch", "" + BATCH);
        settings.put("optimizer", "Muon, rate " + RATE + ", linear");
        settings.put("parts of a batch", "" + new TreeMap<>(WEIGHTS));
        settings.put("weight of the feature imitation", "" + FEATURES);
        settings.put("share of uniform timesteps", "" + TIMESTEPS.uniformShare());
        var summary = RunSummary.ofRun(metrics, comparisons, settings);
        report(summary).save(out);
        summary.experts().forEach(e -> System.out.printf(
                Locale.ROOT, "%-10s closed gap %.3f, on the expert's own pictures %.3f%n",
                e.name(), e.closedGap(), e.ownClosedGap()));
        System.out.println("Done in " + Math.round(summary.seconds()) + " s: open " + out.resolve("report.html"));
    }
}

int rc = 70;
rc = Batch.run(() -> quickstart(Path.of(Batch.arguments().stream().findFirst().orElse("out/quickstart"))));
/exit rc
