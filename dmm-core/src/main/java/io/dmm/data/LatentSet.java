package io.dmm.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.dmm.model.vae.AutoencoderKl;
import java.util.List;
import java.util.concurrent.CancellationException;

/** Scaled latents of captioned pictures, encoded once and kept in memory or in a cache. */
public final class LatentSet implements AutoCloseable {
    private final Rows latents;
    private final List<String> captions;

    /**
     * Takes over latents that exist already.
     *
     * @param latents (M, C, H, W), scaled; closed with this set
     * @param captions M texts
     */
    public LatentSet(NDArray latents, List<String> captions) {
        this(new Rows.InMemory(latents), captions);
        if (latents.getShape().get(0) != captions.size()) {
            throw new IllegalArgumentException(
                    "latents: expected one per caption, "
                            + captions.size()
                            + ", but was "
                            + latents.getShape().get(0));
        }
    }

    private LatentSet(Rows latents, List<String> captions) {
        this.latents = latents;
        this.captions = List.copyOf(captions);
    }

    /**
     * Encodes pictures of one size, as far as the cache does not have them.
     *
     * @param listener hears of pictures, after each batch
     * @throws CancellationException if the thread is interrupted
     */
    public static LatentSet encode(
            NDManager manager,
            AutoencoderKl vae,
            List<CaptionedImage> pictures,
            Cache cache,
            RowListener listener) {
        if (pictures.isEmpty()) {
            throw new IllegalArgumentException("captioned pictures: expected at least 1 but was 0");
        }
        return make(
                manager,
                "latents",
                pictures.stream().map(CaptionedImage::caption).toList(),
                new PictureLatents(vae, pictures, listener),
                cache);
    }

    /**
     * Latents that {@code maker} makes of captions, as far as the cache does not have them.
     *
     * @param kind a word for them, in the names of the cache's files
     * @throws CancellationException if the thread is interrupted
     */
    public static LatentSet make(
            NDManager manager, String kind, List<String> captions, RowMaker maker, Cache cache) {
        return new LatentSet(cache.rows(manager, kind, captions.size(), maker), captions);
    }

    public int size() {
        return captions.size();
    }

    /** The shape of a picture's latents: (C, H, W). */
    public Shape shape() {
        return latents.rowShape();
    }

    public String caption(int row) {
        return captions.get(row);
    }

    public List<String> captions() {
        return captions;
    }

    /** Latents of some rows, (B, C, H, W) on {@code memory}. */
    public NDArray latents(NDManager memory, long[] rows) {
        Rows.requireWithin(rows, size());
        return latents.get(memory, rows);
    }

    @Override
    public void close() {
        latents.close();
    }
}
