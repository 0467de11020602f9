package io.dmm.notebook.render;

import io.dmm.Expert;
import io.dmm.pipeline.GeneratedImage;
import java.awt.image.BufferedImage;
import java.util.List;

/** Lists whose elements are better shown together; any other is text. */
final class Lists {
    private Lists() {}

    static Bundle of(List<?> list) {
        if (!list.isEmpty() && areAll(GeneratedImage.class, list)) {
            return Pictures.ofAll(list.stream().map(GeneratedImage.class::cast).toList());
        }
        if (!list.isEmpty() && areAll(BufferedImage.class, list)) {
            List<PictureSheet.Entry> entries =
                    list.stream()
                            .map(image -> new PictureSheet.Entry((BufferedImage) image, List.of()))
                            .toList();
            return new PictureSheet(entries).picture().bundle(list.size() + " pictures");
        }
        if (!list.isEmpty() && areAll(Expert.class, list)) {
            return Models.ofExperts(list.stream().map(Expert.class::cast).toList());
        }
        return Bundle.text(list.toString());
    }

    private static boolean areAll(Class<?> type, List<?> list) {
        return list.stream().allMatch(type::isInstance);
    }
}
