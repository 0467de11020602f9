package io.dmm.distill;

import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import org.jfree.chart.axis.AxisState;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberTick;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.TextAnchor;

/** A logarithmic axis at the left with plain numbers at 1, 2 and 5 of each decade. */
final class LogLossAxis extends LogAxis {
    private static final long serialVersionUID = 1;

    LogLossAxis(String label) {
        super(label);
    }

    @Override
    public List<NumberTick> refreshTicks(
            Graphics2D g, AxisState state, Rectangle2D dataArea, RectangleEdge edge) {
        List<NumberTick> ticks = new ArrayList<>();
        int first = (int) Math.floor(Math.log10(getLowerBound()));
        int last = (int) Math.ceil(Math.log10(getUpperBound()));
        for (int decade = first; decade <= last; decade++) {
            for (int mantissa : new int[] {1, 2, 5}) {
                BigDecimal value = BigDecimal.valueOf(mantissa).scaleByPowerOfTen(decade);
                if (getRange().contains(value.doubleValue())) {
                    ticks.add(
                            new NumberTick(
                                    value,
                                    value.round(MathContext.DECIMAL32).toPlainString(),
                                    TextAnchor.CENTER_RIGHT,
                                    TextAnchor.CENTER,
                                    0));
                }
            }
        }
        return ticks;
    }
}
