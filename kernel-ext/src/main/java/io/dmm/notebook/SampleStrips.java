package io.dmm.notebook;

import io.dmm.notebook.render.Ellipsis;
import io.dmm.notebook.render.Picture;
import io.dmm.pipeline.Canvas;
import io.dmm.pipeline.Fonts;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The newest sample pictures, each above its name, in lines. */
record SampleStrips(Map<String, BufferedImage> samples, long step) {
    private static final int TITLE = 28;
    private static final int PICTURE = 96;
    private static final int NAME = 20;
    private static final int GAP = 12;

    private record Place(String name, BufferedImage picture, int x, int row, int width) {}

    private List<Place> places() {
        List<Place> places = new ArrayList<>();
        int x = 0;
        int row = 0;
        for (Map.Entry<String, BufferedImage> sample : samples.entrySet()) {
            BufferedImage picture = sample.getValue();
            int natural = Math.round((float) PICTURE * picture.getWidth() / picture.getHeight());
            int width = Math.min(RunPicture.WIDTH, natural);
            if (x > 0 && x + width > RunPicture.WIDTH) {
                x = 0;
                row++;
            }
            places.add(new Place(sample.getKey(), picture, x, row, width));
            x += width + GAP;
        }
        return places;
    }

    int height() {
        List<Place> places = places();
        return places.isEmpty()
                ? 0
                : TITLE + (places.get(places.size() - 1).row + 1) * (PICTURE + NAME + GAP / 2);
    }

    void draw(Graphics2D g, int top) {
        List<Place> places = places();
        if (places.isEmpty()) {
            return;
        }
        g.setFont(Fonts.sans(Font.BOLD, 13));
        g.setColor(Canvas.INK);
        g.drawString(String.format(Locale.ROOT, "samples at step %,d", step), 0, top + 18);
        Font plain = Fonts.sans(Font.PLAIN, 12);
        g.setFont(plain);
        g.setColor(RunPicture.GREY);
        for (Place place : places) {
            int y = top + TITLE + place.row * (PICTURE + NAME + GAP / 2);
            int height =
                    Math.min(
                            PICTURE,
                            place.width * place.picture.getHeight() / place.picture.getWidth());
            boolean enlarges = height * Picture.SHARP >= place.picture.getHeight();
            g.setRenderingHint(
                    RenderingHints.KEY_INTERPOLATION,
                    enlarges
                            ? RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR
                            : RenderingHints.VALUE_INTERPOLATION_BICUBIC);
            g.drawImage(place.picture, place.x, y + PICTURE - height, place.width, height, null);
            g.drawString(Ellipsis.fit(place.name, plain, place.width), place.x, y + PICTURE + 15);
        }
    }
}
