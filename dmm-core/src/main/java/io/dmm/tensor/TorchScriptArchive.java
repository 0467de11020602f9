package io.dmm.tensor;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Packs the TorchScript source of {@link Ops} into the archive PyTorch loads: a stored zip. */
final class TorchScriptArchive {
    /** The pickled state of a module of class {@code __torch__.Ops} that has no parameters. */
    private static final String PICKLE =
            "\u0080\u0002c__torch__\nOps\nq\u0000)\u0081}("
                    + "X\b\u0000\u0000\u0000trainingq\u0001\u0089"
                    + "X\u0016\u0000\u0000\u0000_is_full_backward_hookq\u0002Nubq\u0003.";

    private static final Logger LOGGER = LoggerFactory.getLogger(TorchScriptArchive.class);
    private static final byte[] EMPTY_TUPLE = {(byte) 0x80, 2, ')', '.'};

    private TorchScriptArchive() {}

    /** Not every build of PyTorch has oneDNN, and without it the script does not compile. */
    static PtSymbolBlock load(NDManager manager) {
        try {
            return load(manager, "prepared-onednn.torchscript");
        } catch (EngineException e) {
            LOGGER.debug("This PyTorch has no oneDNN: weights stay as they are", e);
            return load(manager, "prepared-none.torchscript");
        }
    }

    private static PtSymbolBlock load(NDManager manager, String prepared) {
        try (InputStream archive = new ByteArrayInputStream(pack(prepared))) {
            return JniUtils.loadModule((PtNDManager) manager, archive, false, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] pack(String prepared) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes);
                InputStream operators = Ops.class.getResourceAsStream("ops.torchscript");
                InputStream onPrepared = Ops.class.getResourceAsStream(prepared)) {
            store(zip, "data.pkl", PICKLE.getBytes(StandardCharsets.ISO_8859_1));
            InputStream source = new SequenceInputStream(operators, onPrepared);
            store(zip, "code/__torch__.py", source.readAllBytes());
            store(zip, "constants.pkl", EMPTY_TUPLE);
            store(zip, "version", "3\n".getBytes(StandardCharsets.US_ASCII));
        }
        return bytes.toByteArray();
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry("ops/" + name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
