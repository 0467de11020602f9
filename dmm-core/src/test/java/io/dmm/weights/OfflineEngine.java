package io.dmm.weights;

import ai.djl.ndarray.NDManager;

/** Starts DJL without the network, for tests. */
final class OfflineEngine {
    static {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("DJL_DISABLE_PROGRESS_BAR", "true");
    }

    private OfflineEngine() {}

    static NDManager newManager() {
        return NDManager.newBaseManager("PyTorch");
    }
}
