package io.dmm.notebook.render;

import io.dmm.Expert;
import io.dmm.data.CaptionedImage;
import io.dmm.pipeline.GeneratedImage;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.stream.Collectors;

/** Lists whose elements are better shown together; any other is text. */
final class Lists {
    /** More pictures on a sheet would be too large for a browser. */
    private static final int MOST_PICTURES = 40;

    private static final int MOST_TEXTS = 100;

    private Lists() {}

    static Bundle of(List<?> list) {
        if (areAll(GeneratedImage.class, list)) {
            return Pictures.ofAll(first(list, GeneratedImage.class), more(list, MOST_PICTURES));
        }
        if (areAll(CaptionedImage.class, list)) {
            return sheet(
                    list,
                    first(list, CaptionedImage.class).stream()
                            .map(each -> entry(each.image(), each.caption()))
                            .toList());
        }
        if (areAll(BufferedImage.class, list)) {
            return sheet(
                    list,
                    first(list, BufferedImage.class).stream().map(each -> entry(each)).toList());
        }
        if (areAll(Expert.class, list)) {
            return Models.ofExperts(list.stream().map(Expert.class::cast).toList());
        }
        return Bundle.text(
                list.stream()
                        .limit(MOST_TEXTS)
                        .map(String::valueOf)
                        .collect(Collectors.joining(", ", "[", "]" + more(list, MOST_TEXTS))));
    }

    private static PictureSheet.Entry entry(BufferedImage image, String... caption) {
        return new PictureSheet.Entry(image, List.of(caption));
    }

    private static Bundle sheet(List<?> list, List<PictureSheet.Entry> entries) {
        String shown = list.size() > entries.size() ? ", the first " + entries.size() : "";
        return new PictureSheet(entries).picture().bundle(list.size() + " pictures" + shown);
    }

    private static <T> List<T> first(List<?> list, Class<T> type) {
        return list.stream().limit(MOST_PICTURES).map(type::cast).toList();
    }

    private static String more(List<?> list, int shown) {
        return list.size() > shown ? "\n… and " + (list.size() - shown) + " more" : "";
    }

    private static boolean areAll(Class<?> type, List<?> list) {
        return !list.isEmpty() && list.stream().allMatch(type::isInstance);
    }
}
