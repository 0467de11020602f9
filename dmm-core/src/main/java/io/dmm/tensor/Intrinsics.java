package io.dmm.tensor;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Calls the methods of the TorchScript module whose source is {@code ops.torchscript}. */
final class Intrinsics {
    private static final NDManager MANAGER = Compute.newManager();

    /** Scalar arguments stay on the CPU: reading one on a GPU would wait for the device. */
    private static final NDManager CPU = MANAGER.newSubManager(Device.cpu());

    private static final PtSymbolBlock MODULE = TorchScriptArchive.load(MANAGER);
    private static final Pattern ERROR = Pattern.compile("RuntimeError: (.*)");
    private static final Pattern ALLOCATION =
            Pattern.compile("[Tt]ried to allocate ([0-9.]+ (?:bytes|[KMG]iB))");

    private static final Pattern GPU_MEMORY =
            Pattern.compile(
                    "GPU \\d+ has .*?(?=\\.? (Of the allocated|If reserved|See doc)|\\.?$)");

    private static final Map<String, NDArray> METHODS = new ConcurrentHashMap<>();
    private static final Map<Number, NDArray> SCALARS = new ConcurrentHashMap<>();

    /** DJL passes arrays of one name that ends in [] as a list. */
    static void addList(NDList inputs, String name, List<NDArray> arrays) {
        for (NDArray array : arrays) {
            array.setName(name + "[]");
            inputs.add(array);
        }
    }

    /** Calls a method on named lists and scalars, and takes the names off again. */
    static NDArray callOnLists(String method, NDList lists, NDArray... scalars) {
        NDList inputs = new NDList(lists);
        inputs.addAll(List.of(scalars));
        try {
            return forward(method, inputs);
        } finally {
            lists.forEach(array -> array.setName(null));
        }
    }

    static NDArray call(String method, NDArray... arguments) {
        return forward(method, new NDList(arguments));
    }

    /** Calls a method that takes nothing and answers yes or no. */
    static boolean ask(String method) {
        try (IValue answer = IValueUtils.runMethod(MODULE, method)) {
            return answer.toBoolean();
        }
    }

    private static NDArray forward(String method, NDList inputs) {
        inputs.add(METHODS.computeIfAbsent(method, Intrinsics::methodMarker));
        try {
            return IValueUtils.forward(MODULE, inputs, true).head();
        } catch (EngineException e) {
            throw new EngineException(reason(method, e.getMessage()), e);
        }
    }

    /**
     * PyTorch gives a traceback of the script, after which it says what happened; of a GPU's
     * memory, also who has it. What the failed pass held there, DJL does not free.
     */
    static String reason(String method, String traceback) {
        Matcher error = ERROR.matcher(traceback);
        String cause = error.find() ? error.group(1) : traceback.strip();
        Matcher size = ALLOCATION.matcher(cause);
        if (size.find()) {
            Matcher gpu = GPU_MEMORY.matcher(cause);
            cause =
                    "expected memory for another "
                            + size.group(1)
                            + " but there is none left; take fewer or smaller pictures at a time,"
                            + " in a training by accumulate(…) and Activations.RECOMPUTED"
                            + (gpu.find() ? ", in a new process (" + gpu.group() + ")" : "");
        }
        return "PyTorch, in " + method + ": " + cause;
    }

    /** DJL chooses a method other than forward by the name of an extra last array. */
    private static NDArray methodMarker(String method) {
        NDArray marker = MANAGER.create(0f);
        marker.setName("module_method:" + method);
        return marker;
    }

    static NDArray scalar(Number value) {
        return SCALARS.computeIfAbsent(value, Intrinsics::onCpu);
    }

    static NDArray onCpu(Number value) {
        return value instanceof Integer i
                ? CPU.create(i.intValue())
                : CPU.create(value.doubleValue());
    }

    private Intrinsics() {}
}
