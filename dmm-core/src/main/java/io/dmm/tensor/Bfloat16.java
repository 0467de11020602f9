package io.dmm.tensor;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;

/** Whether the device of this process has instructions for bfloat16, found out once. */
final class Bfloat16 {
    static final boolean IS_NATIVE = isNative(Compute.device());

    /** Compute capability 8.0; older GPUs have kernels for bfloat16, but slow or incomplete. */
    private static final int AMPERE = 80;

    private Bfloat16() {}

    private static boolean isNative(Device device) {
        return device.isGpu()
                ? isNative(CudaUtils.getComputeCapability(device.getDeviceId()))
                : Intrinsics.ask("cpu_has_bf16");
    }

    /**
     * @param computeCapability as DJL writes it, 75 for 7.5
     */
    static boolean isNative(String computeCapability) {
        return Integer.parseInt(computeCapability) >= AMPERE;
    }
}
