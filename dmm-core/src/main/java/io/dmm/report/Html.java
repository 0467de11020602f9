package io.dmm.report;

/** HTML built from text: every text that enters a page passes through {@link #text}. */
public record Html(String source) {
    /** Returns a text as it shall be read, in content and in quoted attributes alike. */
    public static Html text(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.append(c);
            }
        }
        return new Html(escaped.toString());
    }

    /** Fills the {@code %s} of a template of our own; what is not yet HTML is escaped. */
    public static Html format(String template, Object... parts) {
        Object[] sources = new Object[parts.length];
        for (int i = 0; i < parts.length; i++) {
            sources[i] = parts[i] instanceof Html html ? html : text(String.valueOf(parts[i]));
        }
        return new Html(template.formatted(sources));
    }

    public static Html join(Iterable<Html> parts) {
        StringBuilder all = new StringBuilder();
        parts.forEach(all::append);
        return new Html(all.toString());
    }

    @Override
    public String toString() {
        return source;
    }
}
