package io.dmm.sampler;

import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** How few sampling steps are laid over many training timesteps (Lin et al. 2023, Table 2). */
public enum TimestepSpacing {
    /** Whole strides counted up from the steps offset: the last training timestep is left out. */
    LEADING {
        @Override
        double[] positions(int count, int numTrainTimesteps, int stepsOffset) {
            int stride = numTrainTimesteps / count;
            return falling(count, i -> (count - 1 - i) * stride + stepsOffset);
        }
    },

    /** Evenly from the last training timestep to the first, both included. */
    LINSPACE {
        @Override
        double[] positions(int count, int numTrainTimesteps, int stepsOffset) {
            double stride = (numTrainTimesteps - 1.0) / Math.max(1, count - 1);
            // of some counts, the first position is rounded to beyond the last timestep
            return falling(count, i -> Math.min(numTrainTimesteps - 1, (count - 1 - i) * stride));
        }
    },

    /** Strides counted down from the last training timestep: the first is left out. */
    TRAILING {
        @Override
        double[] positions(int count, int numTrainTimesteps, int stepsOffset) {
            double stride = (double) numTrainTimesteps / count;
            return falling(count, i -> Math.rint(numTrainTimesteps - i * stride) - 1);
        }
    };

    /** {@code count} positions from noise to picture, not all of them whole timesteps. */
    abstract double[] positions(int count, int numTrainTimesteps, int stepsOffset);

    private static double[] falling(int count, IntToDoubleFunction position) {
        return IntStream.range(0, count).mapToDouble(position).toArray();
    }
}
