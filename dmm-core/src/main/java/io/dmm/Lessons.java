package io.dmm;

import static java.util.stream.Collectors.toSet;

import ai.djl.ndarray.NDManager;
import io.dmm.data.Cache;
import io.dmm.data.LatentSet;
import io.dmm.data.TextStates;
import io.dmm.distill.Lesson;
import io.dmm.distill.RunConfiguration;
import io.dmm.distill.Synthesis;
import io.dmm.distill.Teacher;
import io.dmm.model.unet.UNet;
import io.dmm.tensor.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Who teaches what in a run.
 *
 * @param styles the student's, in the order of its codebook
 * @param drawn captions that the teachers draw
 */
record Lessons(Distillation settings, List<String> styles, List<String> drawn) {

    /** Whether the model merged before teaches, too: the styles that no expert does. */
    boolean regularizes() {
        return regularizer() > 0 && !kept().isEmpty();
    }

    /** The share of the model merged before in every batch. */
    double regularizer() {
        return settings.regularizer(kept());
    }

    /** Rows of the styles that the model merged before has and no expert teaches. */
    List<Integer> kept() {
        if (settings.merged == null) {
            return List.of();
        }
        Set<String> taught = settings.experts.stream().map(Expert::name).collect(toSet());
        List<String> before = settings.merged.styles();
        return IntStream.range(0, before.size())
                .filter(row -> !taught.contains(before.get(row)))
                .boxed()
                .toList();
    }

    /** Loads the experts and has them draw. */
    List<Lesson> ofExperts(
            NDManager manager,
            List<String> captions,
            TextStates textStates,
            Cache cache,
            RunConfiguration configuration) {
        LatentSet common = common(manager, cache);
        List<Teacher> teachers = new ArrayList<>();
        for (Expert expert : settings.experts) {
            teachers.add(
                    expert.load(
                            manager,
                            settings.base,
                            settings.teacherPrecision,
                            captions,
                            textStates,
                            cache,
                            settings.listener));
        }
        List<Lesson> lessons = new ArrayList<>();
        for (int i = 0; i < teachers.size(); i++) {
            Expert expert = settings.experts.get(i);
            lessons.add(
                    new Lesson(
                            teachers.get(i),
                            List.of(styles.indexOf(expert.name())),
                            common,
                            drawn(
                                    manager,
                                    teachers.get(i),
                                    List.of(0),
                                    cache,
                                    key(configuration, expert)),
                            settings.synthesizedShare,
                            expert.weight()));
        }
        return lessons;
    }

    private LatentSet common(NDManager manager, Cache cache) {
        return settings.pictures.isEmpty()
                ? null
                : Encoding.pictures(
                        manager, settings.base, settings.pictures, cache, settings.listener);
    }

    /** All that a teacher's answers depend on. */
    private Supplier<String> key(RunConfiguration configuration, Expert expert) {
        return () ->
                configuration.settings().get(RunIdentity.BASE)
                        + configuration.teachers().get(expert.name())
                        + expert.clipSkip()
                        + settings.teacherPrecision;
    }

    /** As {@link #key}, for the model merged before. */
    private Supplier<String> mergedKey(RunConfiguration configuration) {
        return () ->
                configuration.settings().get(RunIdentity.BASE)
                        + configuration.settings().get(RunIdentity.MERGED)
                        + settings.teacherPrecision;
    }

    private LatentSet drawn(
            NDManager manager,
            Teacher teacher,
            List<Integer> inStyles,
            Cache cache,
            Supplier<String> teacherKey) {
        if (drawn.isEmpty()) {
            return null;
        }
        return new Synthesis(settings.base, settings.synthesis, settings.seed)
                .draw(manager, teacher, inStyles, drawn, settings.listener, cache, teacherKey);
    }

    /**
     * The frozen model merged before is asked about the common pictures in random old styles, and
     * about pictures that it draws itself.
     */
    List<Lesson> withOldStyles(
            NDManager manager,
            List<Lesson> lessons,
            TextStates textStates,
            Cache cache,
            RunConfiguration configuration) {
        if (!regularizes()) {
            return lessons;
        }
        UNet before = settings.merged.pipeline().unet();
        Teacher teacher =
                new Teacher(
                        "old styles",
                        settings.teacherPrecision == Precision.FP32
                                ? before
                                : before.preparedCopy(manager, settings.teacherPrecision),
                        textStates);
        double share = regularizer();
        double weight = lessons.stream().mapToDouble(Lesson::weight).sum() * share / (1 - share);
        List<Lesson> all = new ArrayList<>(lessons);
        all.add(
                new Lesson(
                        teacher,
                        kept(),
                        lessons.get(0).common(),
                        drawn(manager, teacher, kept(), cache, mergedKey(configuration)),
                        settings.synthesizedShare,
                        weight));
        return all;
    }
}
