package io.dmm.notebook;

import io.dmm.distill.Validation;
import io.dmm.notebook.render.Ellipsis;
import io.dmm.pipeline.Canvas;
import io.dmm.pipeline.Fonts;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The closed gap of each expert as a small bar. */
record GapBars(Map<String, Double> figures) {
    private static final int COLUMNS = 4;
    private static final int COLUMN = RunPicture.WIDTH / COLUMNS;
    private static final int TITLE = 26;
    private static final int ROW = 24;
    private static final int NAME = 84;
    private static final int BAR = 64;

    private List<Map.Entry<String, Double>> gaps() {
        return figures.entrySet().stream()
                .filter(figure -> figure.getKey().startsWith(Validation.CLOSED_GAP))
                .toList();
    }

    int height() {
        int rows = (gaps().size() + COLUMNS - 1) / COLUMNS;
        return rows == 0 ? 0 : TITLE + rows * ROW + ROW / 2;
    }

    void draw(Graphics2D g, int top) {
        List<Map.Entry<String, Double>> gaps = gaps();
        if (gaps.isEmpty()) {
            return;
        }
        g.setFont(Fonts.sans(Font.BOLD, 13));
        g.setColor(Canvas.INK);
        g.drawString("closed gap to each expert", 0, top + 18);
        Font plain = Fonts.sans(Font.PLAIN, 12.5f);
        g.setFont(plain);
        for (int i = 0; i < gaps.size(); i++) {
            int x = i % COLUMNS * COLUMN;
            int y = top + TITLE + i / COLUMNS * ROW;
            double gap = gaps.get(i).getValue();
            String name = gaps.get(i).getKey().substring(Validation.CLOSED_GAP.length());
            g.setColor(Canvas.INK);
            g.drawString(Ellipsis.fit(name, plain, NAME - 8), x, y + 15);
            RunPicture.drawBar(
                    g, new Rectangle2D.Double(x + NAME, y + 7, BAR, 7), gap, RunPicture.GREEN);
            g.setColor(RunPicture.GREY);
            String percent = String.format(Locale.ROOT, "%.0f %%", 100 * gap);
            g.drawString(percent, x + NAME + BAR + 8, y + 15);
        }
    }
}
