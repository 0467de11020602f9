package io.dmm.tensor;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Calls the methods of the TorchScript module whose source is {@code ops.torchscript}. */
final class Intrinsics {
    private static final NDManager MANAGER = Compute.newManager();

    /** Scalar arguments stay on the CPU: reading one on a GPU would wait for the device. */
    private static final NDManager CPU = MANAGER.newSubManager(Device.cpu());

    private static final PtSymbolBlock MODULE = TorchScriptArchive.load(MANAGER);
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
        inputs.add(METHODS.computeIfAbsent(method, Intrinsics::methodMarker));
        try {
            return IValueUtils.forward(MODULE, inputs, true).head();
        } finally {
            lists.forEach(array -> array.setName(null));
        }
    }

    static NDArray call(String method, NDArray... arguments) {
        NDList inputs = new NDList(arguments);
        inputs.add(METHODS.computeIfAbsent(method, Intrinsics::methodMarker));
        return IValueUtils.forward(MODULE, inputs, true).head();
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
