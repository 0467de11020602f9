package io.dmm.notebook.render;

import io.dmm.pipeline.Canvas;
import io.dmm.pipeline.Fonts;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.List;

/** Pictures side by side, each above its caption. */
record PictureSheet(List<Entry> entries) {
    /**
     * @param caption lines, each cut off where the picture ends
     */
    record Entry(BufferedImage image, List<String> caption) {}

    private static final int MAX_COLUMNS = 4;
    private static final int CELL = 208;
    private static final int GAP = 12;
    private static final int LINE = 15;
    private static final float TEXT = 11.5f;
    private static final Color GREY = new Color(0x6a, 0x73, 0x7d);

    PictureSheet {
        entries = List.copyOf(entries);
    }

    Picture picture() {
        int columns = Math.min(MAX_COLUMNS, entries.size());
        int rows = (entries.size() + columns - 1) / columns;
        int width = columns * (CELL + GAP) - GAP;
        int height = rows * (rowHeight() + GAP) - GAP;
        return Picture.draw(
                width,
                height,
                g -> {
                    for (int i = 0; i < entries.size(); i++) {
                        int x = i % columns * (CELL + GAP);
                        int y = i / columns * (rowHeight() + GAP);
                        draw(g, entries.get(i), x, y);
                    }
                });
    }

    private int rowHeight() {
        int lines = entries.stream().mapToInt(entry -> entry.caption.size()).max().orElse(0);
        return CELL + lines * LINE + (lines > 0 ? GAP / 2 : 0);
    }

    private static void draw(Graphics2D g, Entry entry, int x, int y) {
        BufferedImage image = entry.image;
        double scale = (double) CELL / Math.max(image.getWidth(), image.getHeight());
        boolean enlarges = scale * Picture.SHARP > 1;
        g.setRenderingHint(
                RenderingHints.KEY_INTERPOLATION,
                enlarges
                        ? RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR
                        : RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        int width = (int) Math.round(scale * image.getWidth());
        int height = (int) Math.round(scale * image.getHeight());
        g.drawImage(image, x + (CELL - width) / 2, y + CELL - height, width, height, null);
        g.setColor(Canvas.INK);
        for (int line = 0; line < entry.caption.size(); line++) {
            Font font = Fonts.sans(Font.PLAIN, TEXT);
            g.setFont(font);
            String text = Ellipsis.fit(entry.caption.get(line), font, CELL);
            g.drawString(text, x, y + CELL + GAP / 2 + (line + 1) * LINE - 4);
            g.setColor(GREY);
        }
    }
}
