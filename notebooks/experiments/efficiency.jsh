// How many samples the student must see until 95 % of the gap is closed, in the mean over four experts: by the
// paper's plain recipe (random style branch, AdamW at a constant rate, uniform timesteps, score alone) and by ours.
// Both train on plain pictures only; the gap is measured on 128 held-out captions.
//
//   notebooks/run notebooks/experiments/efficiency.jsh [folder]        default: out/efficiency

import java.util.concurrent.CancellationException;
import java.util.function.UnaryOperator;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.ChartUtils;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

final int BATCH = 32;
final double GOAL = 0.95;

record Recipe(String name, long steps, int every, UnaryOperator<Distillation> settings) {}

final List<Recipe> RECIPES = List.of(
    new Recipe("ours", 110, 10, run -> run
            .start(Student.Start.MEAN_OF_EXPERTS)
            .optimizer(Optimizer.Rule.MUON)
            .learningRate(LearningRate.linear(5e-3).withWarmup(20))
            .timesteps(new TimestepSampling(0.3))
            .losses(Loss.score(), Loss.features(0.3))),
    new Recipe("paper's recipe, rate 1e-3", 3000, 100, run -> run
            .start(Student.Start.BASE_WITH_RANDOM_STYLES)
            .learningRate(1e-3)),
    new Recipe("paper's recipe, rate 5e-4", 3000, 100, run -> run
            .start(Student.Start.BASE_WITH_RANDOM_STYLES)
            .learningRate(5e-4)));

/** Collects the mean closed gap, and stops the run once it has reached the goal. */
class Curve implements TrainingListener {
    final XYSeries points;
    final TrainingListener progress = new ConsoleProgress();
    boolean reached;

    Curve(String name) { points = new XYSeries(name); }

    public void onProgress(Progress report) { progress.onProgress(report); }

    public void onValidation(Validation validation) {
        double mean = validation.figures().values().stream().mapToDouble(gap -> gap).average().orElseThrow();
        points.add(validation.step() * BATCH, mean);
        if (mean >= GOAL) {
            reached = true;
            Thread.currentThread().interrupt();
        }
    }
}

List<CaptionedImage> heldOut() {
    var all = TinyWorld.heldOut();
    return java.util.stream.IntStream.range(0, 128).mapToObj(i -> all.get(i * all.size() / 128)).toList();
}

void efficiency(Path out) throws Exception {
    Files.createDirectories(out);
    var world = TinyWorld.open();
    var curves = new XYSeriesCollection();
    try (var base = world.base()) {
        for (Recipe recipe : RECIPES) {
            var curve = new Curve(recipe.name());
            try (var merged = recipe.settings().apply(Dmm.distill(base)
                    .experts(world.experts())
                    .captions(TinyWorld.pictures(1200))
                    .cache(out.resolve("cache"))
                    .teacherPrecision(Precision.BF16)
                    .steps(recipe.steps()).batch(BATCH)
                    .validate(recipe.every(), heldOut())
                    .listen(curve)).run()) {
                System.out.printf("%-28s not reached after %,d samples%n", recipe.name(), recipe.steps() * BATCH);
            } catch (CancellationException stop) {
                if (!curve.reached) {
                    throw stop;
                }
                System.out.printf("%-28s %,d samples%n", recipe.name(), (long) curve.points.getMaxX());
            }
            curves.addSeries(curve.points);
        }
    }
    var chart = ChartFactory.createXYLineChart(
            "Closed gap, mean of four experts", "samples seen", "closed gap", curves);
    var plot = chart.getXYPlot();
    plot.setBackgroundPaint(java.awt.Color.WHITE);
    plot.setRangeGridlinePaint(java.awt.Color.LIGHT_GRAY);
    plot.setDomainGridlinePaint(java.awt.Color.LIGHT_GRAY);
    plot.getRangeAxis().setLowerBound(0.65);
    for (int i = 0; i < RECIPES.size(); i++) {
        plot.getRenderer().setSeriesStroke(i, new java.awt.BasicStroke(2));
    }
    ChartUtils.saveChartAsPNG(out.resolve("efficiency.png").toFile(), chart, 880, 480);
    for (Object series : curves.getSeries()) {
        System.out.println(((XYSeries) series).getKey() + ": " + ((XYSeries) series).getItems());
    }
}

int rc = 70;
rc = Batch.run(() -> efficiency(Path.of(Batch.arguments().stream().findFirst().orElse("out/efficiency"))));
/exit rc
