package io.github.spencerpark.ijava;

import io.github.spencerpark.jupyter.kernel.BaseKernel;
import java.util.concurrent.atomic.AtomicReference;

/** Stands for the class by which a cell of IJava finds its kernel; IJava is no Maven artifact. */
public final class IJava {
    private static final AtomicReference<BaseKernel> KERNEL = new AtomicReference<>();

    private IJava() {}

    public static BaseKernel getKernelInstance() {
        return KERNEL.get();
    }

    /** Says which kernel runs; null for none. */
    public static void run(BaseKernel kernel) {
        KERNEL.set(kernel);
    }
}
