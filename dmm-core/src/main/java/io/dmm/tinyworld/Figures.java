package io.dmm.tinyworld;

import java.awt.Shape;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;

/** The plane figures that things and landscapes are composed of. */
final class Figures {
    private Figures() {}

    static Shape oval(double x, double y, double radiusX, double radiusY) {
        return new Ellipse2D.Double(x - radiusX, y - radiusY, 2 * radiusX, 2 * radiusY);
    }

    static Shape disc(double x, double y, double radius) {
        return oval(x, y, radius, radius);
    }

    static Rectangle2D box(double x, double y, double width, double height) {
        return new Rectangle2D.Double(x, y, width, height);
    }

    static Shape rounded(double x, double y, double width, double height, double radius) {
        return new RoundRectangle2D.Double(x, y, width, height, 2 * radius, 2 * radius);
    }

    /** The closed polygon through (x, y) pairs. */
    static Path2D polygon(double... xy) {
        Path2D path = new Path2D.Double();
        path.moveTo(xy[0], xy[1]);
        for (int i = 2; i < xy.length; i += 2) {
            path.lineTo(xy[i], xy[i + 1]);
        }
        path.closePath();
        return path;
    }

    /** The smooth closed curve through (x, y) pairs: a Catmull-Rom spline as cubic Béziers. */
    static Path2D curve(double... xy) {
        int n = xy.length;
        Path2D path = new Path2D.Double();
        path.moveTo(xy[0], xy[1]);
        for (int i = 0; i < n; i += 2) {
            int previous = (i - 2 + n) % n;
            int next = (i + 2) % n;
            int afterNext = (i + 4) % n;
            path.curveTo(
                    xy[i] + (xy[next] - xy[previous]) / 6,
                    xy[i + 1] + (xy[next + 1] - xy[previous + 1]) / 6,
                    xy[next] - (xy[afterNext] - xy[i]) / 6,
                    xy[next + 1] - (xy[afterNext + 1] - xy[i + 1]) / 6,
                    xy[next],
                    xy[next + 1]);
        }
        path.closePath();
        return path;
    }

    static Shape union(Shape... shapes) {
        Area area = new Area();
        for (Shape shape : shapes) {
            area.add(new Area(shape));
        }
        return area;
    }

    /** What of the shape lies within the other. */
    static Shape within(Shape shape, Shape other) {
        Area area = new Area(shape);
        area.intersect(new Area(other));
        return area;
    }
}
