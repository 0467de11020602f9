package io.dmm;

import io.dmm.data.Batches;
import io.dmm.distill.ProgressMeter;
import io.dmm.distill.TrainingListener;
import io.dmm.eval.FeatureExtractor;
import io.dmm.eval.FeatureStatistics;
import io.dmm.eval.FeatureSums;
import io.dmm.eval.FidMatrix;
import io.dmm.eval.FrechetDistance;
import io.dmm.pipeline.GeneratedImage;
import io.dmm.pipeline.LabelledMatrix;
import io.dmm.pipeline.StableDiffusion;
import io.dmm.pipeline.TextToImage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Measures by the pictures they draw how near merged models come to their experts (FID and FIDt,
 * DMM, arXiv 2504.12364, section 4.1): begun by {@link Dmm#evaluate}, set up, then asked for {@link
 * #fid} of any number of models, for which the experts draw once.
 *
 * <p>A distance of few pictures is too large: by as much for the reference, so compare the excess.
 * The paper takes 5,000 for each style.
 */
public final class Evaluation {
    private final StableDiffusion base;
    private List<Expert> experts = List.of();
    private List<String> prompts = List.of();
    private FeatureExtractor features;
    private UnaryOperator<TextToImage> settings = UnaryOperator.identity();
    private long seed;
    private TrainingListener listener = TrainingListener.NONE;
    private ExpertPictures drawn;

    /**
     * What the experts drew, one set for each.
     *
     * @param targets what the models are compared with
     * @param again with the seeds that the models have
     */
    private record ExpertPictures(List<FrechetDistance> targets, List<FeatureStatistics> again) {}

    Evaluation(StableDiffusion base) {
        this.base = base;
    }

    /** The experts, in the order of the matrix; a model needs a style of each one's name. */
    public Evaluation experts(List<Expert> values) {
        if (new HashSet<>(values.stream().map(Expert::name).toList()).size() < values.size()) {
            throw new IllegalArgumentException(
                    "evaluation: expected experts of different names but was "
                            + values.stream().map(Expert::name).toList());
        }
        experts = List.copyOf(values);
        drawn = null;
        return this;
    }

    /** What is drawn, a picture of each, at least 2; they are read as {@link TextToImage} does. */
    public Evaluation prompts(List<String> values) {
        prompts = List.copyOf(values);
        drawn = null;
        return this;
    }

    /** What is compared; the extractor stays the caller's to close. */
    public Evaluation features(FeatureExtractor value) {
        features = value;
        drawn = null;
        return this;
    }

    /**
     * How pictures are drawn, such as {@code r -> r.guidance(4).steps(15)}; by default as {@link
     * TextToImage} does.
     *
     * @param changes is applied to each request; the seeds are set after it
     */
    public Evaluation settings(UnaryOperator<TextToImage> changes) {
        settings = changes;
        drawn = null;
        return this;
    }

    /** The seed of the experts' first picture, 0 by default; the models' seeds follow theirs. */
    public Evaluation seed(long value) {
        seed = value;
        drawn = null;
        return this;
    }

    /** Hears of progress. */
    public Evaluation listen(TrainingListener value) {
        listener = value;
        return this;
    }

    /**
     * Compares the styles of a merged model with the experts of the same names.
     *
     * @throws CancellationException if the thread is interrupted
     * @throws IllegalArgumentException if something was not set, or a style is missing
     */
    public FidMatrix fid(MergedModel merged) {
        experts.forEach(expert -> Comparison.styleOf(merged, expert));
        return measure((expert, texts) -> merged.sample(texts).style(expert.name()));
    }

    /**
     * Compares the base itself with the experts where it is told their styles in words: what
     * merging has to be better than.
     *
     * @param words makes the prompt of a prompt and an expert
     * @throws CancellationException if the thread is interrupted
     * @throws IllegalArgumentException if something was not set
     */
    public FidMatrix fidOfPrompting(BiFunction<String, Expert, String> words) {
        return measure(
                (expert, texts) ->
                        base.sample(
                                Stream.of(texts)
                                        .map(text -> words.apply(text, expert))
                                        .toArray(String[]::new)));
    }

    private FidMatrix measure(BiFunction<Expert, String[], TextToImage> student) {
        requireComplete();
        return HeardWork.heardBy(
                listener,
                "evaluation",
                () -> {
                    if (drawn == null) {
                        drawn = drawExperts();
                    }
                    List<FeatureStatistics> students = new ArrayList<>();
                    for (Expert expert : experts) {
                        String activity = "drawing in style " + expert.name();
                        students.add(draw(activity, texts -> student.apply(expert, texts), true));
                    }
                    return new FidMatrix(
                            matrix("FID of styles and experts", students),
                            matrix("FID of experts, drawn twice", drawn.again),
                            features.name(),
                            prompts.size());
                });
    }

    private void requireComplete() {
        if (experts.isEmpty() || prompts.size() < 2 || features == null) {
            throw new IllegalArgumentException(
                    "evaluation: expected experts, at least 2 prompts and a feature extractor but was"
                            + " %d, %d and %s"
                                    .formatted(
                                            experts.size(),
                                            prompts.size(),
                                            features == null ? "none" : features.name()));
        }
    }

    private ExpertPictures drawExperts() {
        List<FrechetDistance> targets = new ArrayList<>();
        List<FeatureStatistics> again = new ArrayList<>();
        for (Expert expert : experts) {
            String activity = "drawing as " + expert.name();
            try (StableDiffusion teacher = expert.pipeline(base)) {
                targets.add(FrechetDistance.to(draw(activity, teacher::sample, false)));
                again.add(draw(activity + " again", teacher::sample, true));
            }
        }
        return new ExpertPictures(targets, again);
    }

    /**
     * @param again with the seeds after those of the experts' first pictures
     */
    private FeatureStatistics draw(
            String activity, Function<String[], TextToImage> artist, boolean again) {
        int count = prompts.size();
        int atOnce = Batches.of(base.imageSize(), base.imageSize());
        long firstSeed = again ? seed + count : seed;
        ProgressMeter meter = new ProgressMeter(listener, activity, count);
        try (FeatureSums sums = new FeatureSums(features)) {
            for (int from = 0, to; from < count; from = to) {
                meter.checkInterrupted();
                to = Math.min(from + atOnce, count);
                String[] texts = prompts.subList(from, to).toArray(String[]::new);
                TextToImage request =
                        settings.apply(artist.apply(texts)).iterateSeed(firstSeed + from);
                sums.add(request.images(1).stream().map(GeneratedImage::image).toList());
                meter.made(to - from);
            }
            return sums.statistics();
        }
    }

    private LabelledMatrix matrix(String title, List<FeatureStatistics> rows) {
        List<String> names = experts.stream().map(Expert::name).toList();
        List<List<Double>> values =
                rows.stream()
                        .map(row -> drawn.targets.stream().map(to -> to.from(row)).toList())
                        .toList();
        return new LabelledMatrix(title, names, names, values);
    }
}
