package io.gantry.cli;

/** How many columns of a terminal a text takes. */
final class DisplayWidth {
    private DisplayWidth() {}

    static int of(String text) {
        int columns = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x1100) {
                columns++;
            } else if (!Character.isLowSurrogate(c)) {
                columns += wide(text.codePointAt(i)) ? 2 : 1;
            }
        }
        return columns;
    }

    /** At most {@code width} columns wide, the end cut off where it does not fit. */
    static String ellipsis(String text, int width) {
        int columns = 0;
        int fits = 0;
        for (int i = 0; i < text.length(); ) {
            int point = text.codePointAt(i);
            i += Character.charCount(point);
            columns += wide(point) ? 2 : 1;
            if (columns <= width - 1) {
                fits = i;
            }
        }
        return columns <= width ? text : text.substring(0, fits) + "…";
    }

    /** East Asian characters that take two columns (Unicode's classes W and F, without rarities). */
    private static boolean wide(int point) {
        return point >= 0x1100
                && (point <= 0x115f
                        || (point >= 0x2e80 && point <= 0xa4cf && point != 0x303f)
                        || (point >= 0xac00 && point <= 0xd7a3)
                        || (point >= 0xf900 && point <= 0xfaff)
                        || (point >= 0xfe30 && point <= 0xfe6f)
                        || (point >= 0xff00 && point <= 0xff60)
                        || (point >= 0xffe0 && point <= 0xffe6)
                        || (point >= 0x1f300 && point <= 0x1faff)
                        || (point >= 0x20000 && point <= 0x3fffd));
    }
}
