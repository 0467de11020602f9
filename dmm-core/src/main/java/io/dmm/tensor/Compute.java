package io.dmm.tensor;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The PyTorch engine and the one device of this process: the first GPU when the engine sees one,
 * else the CPU; the environment variable {@code DMM_DEVICE=cpu|gpu|gpu1} overrides.
 *
 * <p>Starting the engine changes the JVM for all who use DJL in it: the system properties {@code
 * ai.djl.offline}, {@code OPT_OUT_TRACKING} and {@code DJL_DISABLE_PROGRESS_BAR} become true where
 * they are not set, so an application that needs DJL's downloads sets the first to false before.
 * PyTorch computes with no more cores than the JVM may use. Threads that run models have
 * TorchScript's graph executor optimisation turned off from then on.
 */
public final class Compute {
    private static final Logger LOGGER = LoggerFactory.getLogger(Compute.class);
    private static final String LIBCUDART =
            "DJL counts GPUs by libcudart.so, which JNA finds where -Djna.library.path in"
                    + " JAVA_TOOL_OPTIONS says; see README, Device";

    private static Compute started;

    private final Engine engine;
    private final Device device;

    private Compute(Engine engine, Device device) {
        this.engine = engine;
        this.device = device;
    }

    /**
     * Returns the device on which every manager of the library is opened.
     *
     * @throws IllegalArgumentException if {@code DMM_DEVICE} names none
     * @throws EngineException if PyTorch cannot be loaded
     */
    public static Device device() {
        return here().device;
    }

    /** PyTorch's version. */
    public static String engineVersion() {
        return here().engine.getVersion();
    }

    /** Opens a root manager on the device; the caller closes it. */
    public static NDManager newManager() {
        Compute here = here();
        return here.engine.newBaseManager(here.device);
    }

    /** Starts the engine if that has not succeeded yet. */
    private static synchronized Compute here() {
        if (started == null) {
            Engine engine = start();
            started =
                    new Compute(engine, choose(System.getenv("DMM_DEVICE"), engine.getGpuCount()));
        }
        return started;
    }

    private static Engine start() {
        setDefault("ai.djl.offline", "true");
        setDefault("OPT_OUT_TRACKING", "true");
        setDefault("DJL_DISABLE_PROGRESS_BAR", "true");
        try (ContextLoader loader = ContextLoader.ofLibrary()) {
            Engine engine = Engine.getEngine("PyTorch");
            keepToQuota();
            return engine;
        }
    }

    /** PyTorch counts the machine's cores, also where a container may use fewer of them. */
    private static void keepToQuota() {
        int cores = Runtime.getRuntime().availableProcessors();
        boolean chosen =
                System.getenv("OMP_NUM_THREADS") != null
                        || System.getProperty("ai.djl.pytorch.num_threads") != null;
        if (!chosen && cores < JniUtils.getNumThreads()) {
            JniUtils.setNumThreads(cores);
        }
    }

    private static void setDefault(String property, String value) {
        if (System.getProperty(property) == null && System.getenv(property) == null) {
            System.setProperty(property, value);
        }
    }

    static Device choose(String wanted, int gpus) {
        if (wanted == null || wanted.isBlank()) {
            if (gpus > 0) {
                return Device.gpu();
            }
            String flavor = System.getenv("PYTORCH_FLAVOR");
            if (flavor != null && flavor.startsWith("cu")) {
                LOGGER.warn(
                        "PYTORCH_FLAVOR is {} but no GPU is seen, so the CPU is used; {}",
                        flavor,
                        LIBCUDART);
            }
            return Device.cpu();
        }
        if (!wanted.matches("cpu|gpu\\d{0,2}")) {
            throw new IllegalArgumentException(
                    "DMM_DEVICE: expected cpu, gpu or gpu<index> but was '" + wanted + "'");
        }
        // DJL takes "gpu" for one without a number, which equals no GPU
        Device device = wanted.equals("gpu") ? Device.gpu() : Device.fromName(wanted);
        if (device.isGpu() && device.getDeviceId() >= gpus) {
            throw new IllegalArgumentException(
                    "DMM_DEVICE: "
                            + wanted
                            + " asked for, but the engine sees "
                            + gpus
                            + " GPUs; "
                            + LIBCUDART);
        }
        return device;
    }
}
