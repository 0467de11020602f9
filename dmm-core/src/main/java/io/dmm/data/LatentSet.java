package io.dmm.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.dmm.model.vae.AutoencoderKl;
import io.dmm.tensor.GradMode;
import io.dmm.tensor.Ops;
import java.awt.image.BufferedImage;
import java.util.List;

/** Scaled latents of captioned pictures, encoded once and kept on the device. */
public final class LatentSet implements AutoCloseable {
    /** Pixels that are encoded at once; bounds the memory of large pictures. */
    private static final long PIXELS_AT_ONCE = 1 << 18;

    private final NDArray latents;
    private final List<String> captions;

    /**
     * Takes over latents that exist already.
     *
     * @param latents (M, C, H, W), scaled; closed with this set
     * @param captions M texts
     */
    public LatentSet(NDArray latents, List<String> captions) {
        if (latents.getShape().get(0) != captions.size()) {
            throw new IllegalArgumentException(
                    "latents: expected one per caption, "
                            + captions.size()
                            + ", but was "
                            + latents.getShape().get(0));
        }
        this.latents = latents;
        this.captions = List.copyOf(captions);
    }

    /** Encodes pictures of one size, on {@code manager}. */
    public static LatentSet encode(
            NDManager manager, AutoencoderKl vae, List<CaptionedImage> pictures) {
        if (pictures.isEmpty()) {
            throw new IllegalArgumentException("captioned pictures: expected at least 1 but was 0");
        }
        try (NDManager memory = manager.newSubManager();
                GradMode mode = GradMode.off()) {
            BufferedImage first = pictures.get(0).image();
            long pixelsOfOne = (long) first.getWidth() * first.getHeight();
            int atOnce = (int) Math.max(1, PIXELS_AT_ONCE / pixelsOfOne);
            NDList batches = new NDList();
            for (int from = 0; from < pictures.size(); from += atOnce) {
                int to = Math.min(pictures.size(), from + atOnce);
                List<BufferedImage> images =
                        pictures.subList(from, to).stream().map(CaptionedImage::image).toList();
                try (NDArray pixels = Pixels.toArray(memory, images)) {
                    batches.add(vae.encode(pixels));
                }
            }
            NDArray latents = NDArrays.concat(batches, 0);
            latents.attach(manager);
            return new LatentSet(latents, pictures.stream().map(CaptionedImage::caption).toList());
        }
    }

    public int size() {
        return captions.size();
    }

    public String caption(int row) {
        return captions.get(row);
    }

    public List<String> captions() {
        return captions;
    }

    /** Latents of some rows, (B, C, H, W) on {@code memory}. */
    public NDArray latents(NDManager memory, long[] rows) {
        return Ops.rows(memory, latents, rows);
    }

    @Override
    public void close() {
        latents.close();
    }
}
