package dev.penstock.cli.top;

/// Text of other people as a terminal may get it: nothing that moves its cursor, and no wider than there is room.
final class Shown {

    private static final int REPLACEMENT = '?';

    /// Where the blocks begin whose characters fill two columns: Hangul, CJK and their forms.
    private static final int FIRST_WIDE = 0x1100;

    private Shown() {}

    /// The text in `columns` columns, filled up with spaces, or cut.
    static String in(int columns, String text) {
        StringBuilder shown = new StringBuilder();
        int width = 0;
        for (int point : text.codePoints().toArray()) {
            int harmless = isHarmless(point) ? point : REPLACEMENT;
            int more = width(harmless);
            if (width + more > columns) {
                break;
            }
            shown.appendCodePoint(harmless);
            width += more;
        }
        return shown.append(" ".repeat(columns - width)).toString();
    }

    /// Letters, digits, signs and the space. Controls steer a terminal, formats and combining marks change what is
    /// beside them.
    private static boolean isHarmless(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.NON_SPACING_MARK,
                    Character.ENCLOSING_MARK,
                    Character.COMBINING_SPACING_MARK -> false;
            default -> true;
        };
    }

    /// Columns of a character: of two where it may be two, so that a line is never longer than it was counted.
    private static int width(int point) {
        return point < FIRST_WIDE ? 1 : 2;
    }
}
