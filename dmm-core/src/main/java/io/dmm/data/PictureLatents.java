package io.dmm.data;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.dmm.model.vae.AutoencoderKl;
import java.awt.image.BufferedImage;
import java.util.List;

/** Encodes pictures with an autoencoder. */
final class PictureLatents implements RowMaker {
    /** Pictures that are decoded at once, by as many threads as there are. */
    private static final int DECODED_AT_ONCE = 64;

    private final AutoencoderKl vae;
    private final List<CaptionedImage> pictures;
    private final RowListener listener;
    private final int encodedAtOnce;
    private String vaeKey;

    PictureLatents(AutoencoderKl vae, List<CaptionedImage> pictures, RowListener listener) {
        this.vae = vae;
        this.pictures = pictures;
        this.listener = listener;
        Picture first = pictures.get(0).picture();
        encodedAtOnce = Batches.of(first.width(), first.height());
    }

    @Override
    public String key(int row) {
        if (vaeKey == null) {
            vaeKey =
                    new Fingerprint()
                            .add(vae.config().toString())
                            .add(Fingerprint.of(vae.parameters()))
                            .hex();
        }
        return vaeKey + pictures.get(row).picture().sha256();
    }

    @Override
    public int atOnce() {
        return Math.max(encodedAtOnce, DECODED_AT_ONCE);
    }

    @Override
    public NDArray make(NDManager memory, int from, int to) {
        List<BufferedImage> images =
                pictures.subList(from, to).parallelStream().map(CaptionedImage::image).toList();
        NDList batches = new NDList();
        for (int at = 0; at < images.size(); at += encodedAtOnce) {
            Cache.checkInterrupted("latents", from + at);
            List<BufferedImage> some =
                    images.subList(at, Math.min(images.size(), at + encodedAtOnce));
            try (NDArray pixels = Pixels.toArray(memory, some)) {
                batches.add(vae.encode(pixels));
            }
            listener.made(some.size());
        }
        NDArray latents = NDArrays.concat(batches, 0);
        batches.forEach(NDArray::close);
        return latents;
    }

    @Override
    public void found(int rows) {
        listener.found(rows);
    }
}
