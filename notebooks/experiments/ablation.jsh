// What each part of the method adds, in the paper's order: the base told the style in words, then the score, the
// imitation of features, the adversarial loss, and at last a short run on pictures that the experts drew. Three seeds
// each; the mean closed gap of four experts and its spread over the seeds, on plain pictures and the experts' own, and
// the distance of the pictures themselves, FIDt, by the tiny world's own feature network.
//
//   notebooks/run notebooks/experiments/ablation.jsh [steps [seeds [folder]]]        default: 400 3 out/ablation

String argument(int index, String byDefault) {
    return Batch.arguments().stream().skip(index).findFirst().orElse(byDefault);
}

int steps, seeds;  // read in ablation()
final Path OUT = Path.of(argument(2, "out/ablation"));
final Synthesis.Settings DRAWING = new Synthesis.Settings(8, 1);
final TrainingListener PROGRESS = new ConsoleProgress();
final Map<String, List<double[]>> FIGURES = new LinkedHashMap<>();

List<CaptionedImage> heldOut(int count) {
    var all = TinyWorld.heldOut();
    return IntStream.range(0, count).mapToObj(i -> all.get(i * all.size() / count)).toList();
}

Evaluation evaluation(StableDiffusion base, List<Expert> experts, FeatureExtractor features) {
    return Dmm.evaluate(base).experts(experts).features(features).listen(PROGRESS)
            .prompts(heldOut(256).stream().map(CaptionedImage::caption).toList())
            .settings(request -> request.guidance(3).steps(8));
}

void note(String name, List<Comparison> gaps, FidMatrix fid) {
    double common = gaps.stream().mapToDouble(gap -> gap.common().closedGap()).average().orElseThrow();
    double own = gaps.stream().mapToDouble(gap -> gap.own().closedGap()).average().orElseThrow();
    FIGURES.computeIfAbsent(name, n -> new ArrayList<>())
            .add(new double[] {common, own, fid.total(), fid.referenceTotal()});
    System.out.printf("%-30s %.3f/%.3f ", name, common, own);
    gaps.forEach(gap -> System.out.printf("  %s %.3f/%.3f",
            gap.expert(), gap.common().closedGap(), gap.own().closedGap()));
    System.out.println("  " + fid.inShort());
}

String spread(List<double[]> figures, int which) {
    double mean = figures.stream().mapToDouble(all -> all[which]).average().orElseThrow();
    double variance = figures.stream().mapToDouble(all -> Math.pow(all[which] - mean, 2)).sum()
            / Math.max(1, figures.size() - 1);
    return String.format("%.4f ± %.4f", mean, Math.sqrt(variance));
}

Distillation settings(Distillation run, int seed) throws IOException {
    return run
            .captions(TinyWorld.pictures(1200))
            .cache(OUT.resolve("cache"))
            .teacherPrecision(Precision.BF16)
            .batch(32).seed(seed)
            .learningRate(LearningRate.cosine(1.5e-3).withWarmup(20))
            .listen(PROGRESS);
}

void ablation() throws Exception {
    steps = Integer.parseInt(argument(0, "400"));
    seeds = Integer.parseInt(argument(1, "3"));
    Files.createDirectories(OUT);
    var world = TinyWorld.open();
    var experts = world.experts();
    Map<String, Loss[]> stages = new LinkedHashMap<>();
    stages.put("score", new Loss[] {Loss.score()});
    stages.put("+ features", new Loss[] {Loss.score(), Loss.features(0.5)});
    stages.put("+ adversarial", new Loss[] {
        Loss.score(), Loss.features(0.5), Loss.adversarial(0.01).withLearningRate(1e-3)});
    System.out.println("closed gap on plain pictures / on the expert's own, mean and each expert");
    BiFunction<String, Expert, String> words = (caption, expert) -> TinyWorld.styleWords(expert) + " of " + caption;
    try (var base = world.base(); var features = world.features()) {
        var evaluation = evaluation(base, experts, features);
        note("style words",
                Comparison.ofPrompting(base, words, experts, heldOut(128), DRAWING, 1_000_000, PROGRESS),
                evaluation.fidOfPrompting(words));
        for (int seed = 1; seed <= seeds; seed++) {
            for (String stage : stages.keySet()) {
                try (var merged = settings(Dmm.distill(base).experts(experts), seed)
                        .steps(steps).losses(stages.get(stage)).run()) {
                    note(stage,
                            Comparison.of(base, merged, experts, heldOut(128), DRAWING, 1_000_000, PROGRESS),
                            evaluation.fid(merged));
                    if (stage.equals("+ adversarial")) {
                        try (var refined = settings(merged.refine(base).experts(experts), seed)
                                .synthesize(240, DRAWING).synthesizedShare(1).steps(steps / 4)
                                .losses(stages.get(stage)).run()) {
                            note("+ synthesized fine-tune",
                                    Comparison.of(base, refined, experts, heldOut(128), DRAWING, 1_000_000, PROGRESS),
                                    evaluation.fid(refined));
                        }
                    }
                }
            }
        }
    }
    FIGURES.forEach((name, figures) -> System.out.printf("%-26s plain %s   own %s   FIDt %s, the experts' own %s%n",
            name, spread(figures, 0), spread(figures, 1), spread(figures, 2), spread(figures, 3)));
}

int rc = 70;
rc = Batch.run(() -> ablation());
/exit rc
