package io.dmm.data;

import java.awt.image.BufferedImage;

/** A picture and the text that describes it. */
public record CaptionedImage(BufferedImage image, String caption) {}
