// What continual merging keeps of the old styles: half of the experts are merged first, the other half added after,
// with and without the frozen copy of the model merged before, and all are merged at once for comparison.
//
//   notebooks/run notebooks/experiments/continual.jsh [experts [steps [folder]]]        default: 4 300 out/continual

String argument(int index, String byDefault) {
    return Batch.arguments().stream().skip(index).findFirst().orElse(byDefault);
}

int count, steps;  // read in continual()
final Path OUT = Path.of(argument(2, "out/continual"));
final Synthesis.Settings DRAWING = new Synthesis.Settings(8, 1);
final TrainingListener PROGRESS = new ConsoleProgress();

Distillation settings(Distillation run) throws IOException {
    return run
            .captions(TinyWorld.pictures(1200))
            .synthesize(240, DRAWING)
            .cache(OUT.resolve("cache"))
            .teacherPrecision(Precision.BF16)
            .steps(steps).batch(32)
            .optimizer(Optimizer.Rule.MUON)
            .learningRate(LearningRate.cosine(2.5e-3).withWarmup(20))
            .timesteps(new TimestepSampling(0.3))
            .losses(Loss.score(), Loss.features(0.5))
            .listen(PROGRESS);
}

List<CaptionedImage> heldOut() {
    var all = TinyWorld.heldOut();
    return java.util.stream.IntStream.range(0, 128).mapToObj(i -> all.get(i * all.size() / 128)).toList();
}

void print(String name, StableDiffusion base, MergedModel merged, List<Expert> experts) {
    var gaps = Comparison.of(base, merged, experts, heldOut(), DRAWING, 1_000_000, PROGRESS);
    System.out.printf("%-36s", name);
    gaps.forEach(gap -> System.out.printf("  %s %.3f/%.3f",
            gap.expert(), gap.common().closedGap(), gap.own().closedGap()));
    System.out.println();
}

void continual() throws Exception {
    count = Integer.parseInt(argument(0, "4"));
    steps = Integer.parseInt(argument(1, "300"));
    Files.createDirectories(OUT);
    var world = TinyWorld.open();
    var experts = count > 4 ? world.allExperts() : world.experts();
    var all = experts.subList(0, count);
    var old = all.subList(0, count / 2);
    var added = all.subList(count / 2, count);
    System.out.println("closed gap on plain pictures / on the expert's own");
    try (var base = world.base()) {
        try (var once = settings(Dmm.distill(base).experts(all).start(Student.Start.MEAN_OF_EXPERTS)).run()) {
            print("all at once", base, once, all);
        }
        try (var before = settings(Dmm.distill(base).experts(old).start(Student.Start.MEAN_OF_EXPERTS)).run()) {
            print("the old ones", base, before, old);
            for (double share : new double[] {0.5, 0}) {
                try (var after = settings(before.extend(base).experts(added).regularizer(share)).run()) {
                    print(share == 0 ? "extended, without the frozen copy" : "extended", base, after, all);
                }
            }
        }
    }
}

int rc = 70;
rc = Batch.run(() -> continual());
/exit rc
