package io.dmm.pipeline;

import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.font.FontRenderContext;
import java.awt.font.LineBreakMeasurer;
import java.awt.font.LineMetrics;
import java.awt.font.TextAttribute;
import java.text.AttributedString;
import java.util.ArrayList;
import java.util.List;

/**
 * A text wrapped to a width, with an ellipsis where it has too many lines.
 *
 * @param lines the wrapped lines; none for a blank text
 */
record Label(List<String> lines, Font font) {
    /** Text is measured as it is drawn: anti-aliased, at fractional positions. */
    private static final FontRenderContext CONTEXT = new FontRenderContext(null, true, true);

    private static final String ELLIPSIS = "…";

    static Label wrap(String text, Font font, int width, int maxLines) {
        String words = text.strip().replaceAll("\\s+", " ");
        if (words.isEmpty()) {
            return new Label(List.of(), font);
        }
        List<String> lines = lines(words, font, width);
        if (lines.size() > maxLines) {
            List<String> kept = new ArrayList<>(lines.subList(0, maxLines));
            kept.set(maxLines - 1, shorten(kept.get(maxLines - 1), font, width));
            return new Label(List.copyOf(kept), font);
        }
        return new Label(balance(lines, words, font, width), font);
    }

    private static List<String> lines(String words, Font font, int width) {
        AttributedString styled = new AttributedString(words);
        styled.addAttribute(TextAttribute.FONT, font);
        LineBreakMeasurer measurer = new LineBreakMeasurer(styled.getIterator(), CONTEXT);
        List<String> lines = new ArrayList<>();
        int start = 0;
        while (start < words.length()) {
            int end = measurer.nextOffset(width);
            measurer.setPosition(end);
            lines.add(words.substring(start, end).strip());
            start = end;
        }
        return lines;
    }

    /** Narrows the lines as long as they stay as many, so that no last line is a lonely word. */
    private static List<String> balance(List<String> lines, String words, Font font, int width) {
        int step = Math.max(1, font.getSize() / 2);
        List<String> balanced = lines;
        for (int narrower = width - step; narrower > width / 2; narrower -= step) {
            List<String> candidate = lines(words, font, narrower);
            if (candidate.size() > lines.size()) {
                break;
            }
            balanced = candidate;
        }
        return List.copyOf(balanced);
    }

    private static String shorten(String line, Font font, int width) {
        String kept = line;
        while (!kept.isEmpty() && width(kept + ELLIPSIS, font) > width) {
            kept = kept.substring(0, kept.offsetByCodePoints(kept.length(), -1)).stripTrailing();
        }
        return kept + ELLIPSIS;
    }

    int width() {
        return (int) Math.ceil(lines.stream().mapToDouble(l -> width(l, font)).max().orElse(0));
    }

    int height() {
        return (int) Math.ceil(lines.size() * metrics().getHeight());
    }

    /** Draws the lines flush with x, the first one's top at y. */
    void drawFlushLeft(Graphics2D g, int x, int y) {
        draw(g, x, y, width(), 0);
    }

    /** Draws the lines centred between x and x + width, the first one's top at y. */
    void drawCentred(Graphics2D g, int x, int y, int width) {
        draw(g, x, y, width, 0.5);
    }

    /** Draws the lines flush with x + width, the first one's top at y. */
    void drawFlushRight(Graphics2D g, int x, int y, int width) {
        draw(g, x, y, width, 1);
    }

    private void draw(Graphics2D g, int x, int y, int width, double shareOfRoomAtLeft) {
        g.setFont(font);
        double baseline = y + metrics().getAscent();
        for (String line : lines) {
            double left = x + (width - width(line, font)) * shareOfRoomAtLeft;
            g.drawString(line, (float) left, (float) baseline);
            baseline += metrics().getHeight();
        }
    }

    private LineMetrics metrics() {
        return font.getLineMetrics("Ág", CONTEXT);
    }

    private static double width(String line, Font font) {
        return font.getStringBounds(line, CONTEXT).getWidth();
    }
}
