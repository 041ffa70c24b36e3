package io.gantry.cli;

/** The parts of an image reference; written out, as regular expressions would cost every start some milliseconds. */
final class ReferenceGrammar {
    private ReferenceGrammar() {}

    /** Components joined by slashes: lower-case letters and digits, between them a dot, one or two underscores, or dashes. */
    static boolean path(String text) {
        int from = 0;
        while (true) {
            int slash = text.indexOf('/', from);
            if (!component(text.substring(from, slash < 0 ? text.length() : slash))) {
                return false;
            }
            if (slash < 0) {
                return true;
            }
            from = slash + 1;
        }
    }

    private static boolean component(String text) {
        int at = 0;
        boolean alphanumeric = false;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (letter(c) || digit(c)) {
                alphanumeric = true;
                at++;
                continue;
            }
            int end = at;
            while (end < text.length() && text.charAt(end) == c) {
                end++;
            }
            boolean separator = c == '-' || (c == '.' && end - at == 1) || (c == '_' && end - at <= 2);
            if (!alphanumeric || !separator) {
                return false;
            }
            alphanumeric = false;
            at = end;
        }
        return alphanumeric;
    }

    /** {@code host[:port]}, the host a name or an IPv6 address in brackets. */
    static boolean domain(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon > text.lastIndexOf(']') ? text.substring(0, colon) : text;
        for (int i = host.length() + 1; i < text.length(); i++) {
            if (!digit(text.charAt(i))) {
                return false;
            }
        }
        if (host.length() < text.length() && host.length() + 1 == text.length()) {
            return false;
        }
        if (host.startsWith("[")) {
            return host.endsWith("]")
                    && IpAddress.parse(host.substring(1, host.length() - 1)).isPresent();
        }
        char before = '.';
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            boolean plain = letter(Character.toLowerCase(c)) || digit(c);
            if (!plain && !(c == '-' && before != '.') && !(c == '.' && before != '.' && before != '-')) {
                return false;
            }
            before = c;
        }
        return before != '.' && before != '-';
    }

    static boolean tag(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean word = letter(Character.toLowerCase(c)) || digit(c) || c == '_';
            if (!word && (i == 0 || (c != '.' && c != '-'))) {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= 128;
    }

    /** {@code algorithm:hex}, at least 32 digits, of SHA-256 exactly 64. */
    static boolean digest(String text) {
        int colon = text.indexOf(':');
        if (colon <= 0) {
            return false;
        }
        String digits = text.substring(colon + 1);
        boolean sha256 = text.substring(0, colon).equals("sha256");
        return hexadecimal(digits) && (sha256 ? digits.length() == 64 : digits.length() >= 32);
    }

    static boolean hexadecimal(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!digit(c) && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    private static boolean letter(char c) {
        return c >= 'a' && c <= 'z';
    }

    private static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }
}
