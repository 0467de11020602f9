package io.dmm.distill;

import io.dmm.data.LatentSet;
import java.util.List;

/**
 * What one teacher teaches in a run.
 *
 * @param teacher answers; one with styles of its own is asked in the style that the student is
 * @param styles rows of the student's codebook, one of which each of its samples is given
 * @param common latents that all teachers are asked about, or null for only its own
 * @param own latents that the teacher itself drew, in each of the styles in turn, or null for only
 *     the common ones
 * @param ownShare the part of its samples that are its own, in [0, 1]
 * @param weight its part of every batch relative to the other teachers', above 0
 */
public record Lesson(
        Teacher teacher,
        List<Integer> styles,
        LatentSet common,
        LatentSet own,
        double ownShare,
        double weight) {
    public Lesson {
        styles = List.copyOf(styles);
        if (common == null && own == null) {
            throw new IllegalArgumentException(
                    "teacher '" + teacher.name() + "': expected latents to be asked about");
        }
        if (!(ownShare >= 0 && ownShare <= 1)) {
            throw new IllegalArgumentException(
                    "teacher '"
                            + teacher.name()
                            + "': share of its own pictures, expected a number in [0, 1] but was "
                            + ownShare);
        }
        requireWeight(teacher.name(), weight);
    }

    /** Refuses what cannot be a teacher's part of a batch. */
    public static void requireWeight(String teacher, double weight) {
        if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "'" + teacher + "': weight, expected a number above 0 but was " + weight);
        }
    }

    /** One teacher of one style. */
    public static Lesson of(Teacher teacher, int style, LatentSet common, LatentSet own) {
        return new Lesson(teacher, List.of(style), common, own, 0.5, 1);
    }

    /**
     * How many of {@code samples} are of its own pictures.
     *
     * @param dither in [0, 1), spread evenly over the calls: a share that is no whole number is
     *     rounded up as often as comes out right
     */
    int own(int samples, double dither) {
        if (common == null || own == null) {
            return own == null ? 0 : samples;
        }
        return (int) Math.min(samples, samples * ownShare + dither);
    }
}
