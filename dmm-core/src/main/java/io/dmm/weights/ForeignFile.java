package io.dmm.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Recognises by its first bytes what was given in place of a safetensors file. */
final class ForeignFile {
    private ForeignFile() {}

    /**
     * What the file is, given that its first bytes begin no safetensors file with a header of at
     * most {@code longest} bytes.
     */
    static String describe(byte[] start, long longest) {
        if (start.length == 0) {
            return "is empty, expected a safetensors file; download it again";
        }
        // the upper bytes of a header's length are zero, those of a text or a pickle are not
        if (start.length > Long.BYTES && start[Long.BYTES - 1] == 0 && start[Long.BYTES] == '{') {
            return "header length is wrong, expected at most %d but was %d; the file is truncated or damaged"
                    .formatted(
                            longest,
                            ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getLong());
        }
        String text = new String(start, StandardCharsets.ISO_8859_1);
        if (text.startsWith("version https://git-lfs")) {
            return "is a Git LFS pointer, expected the file it points to; run `git lfs pull`";
        }
        if (text.startsWith("PK\u0003\u0004") || start[0] == (byte) 0x80) {
            return "is a PyTorch pickle or zip, expected safetensors; pickles can run code when"
                    + " read, so convert it first with safetensors.torch.save_file in Python";
        }
        if (text.stripLeading().startsWith("<")) {
            return "is a web page, expected a safetensors file; the download failed, perhaps for"
                    + " want of a login";
        }
        if (text.stripLeading().startsWith("{") || text.stripLeading().startsWith("[")) {
            return "is a JSON text, expected a safetensors file; the download answered with an"
                    + " error or the path names a config";
        }
        return "is not a safetensors file, expected a header at byte 8; it is truncated or of"
                + " another kind";
    }
}
