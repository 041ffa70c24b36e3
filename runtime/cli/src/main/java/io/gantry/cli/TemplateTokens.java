package io.gantry.cli;

import java.util.ArrayList;
import java.util.List;

/** The words of an action: names, fields, variables, literals and signs, each with its place in the template. */
final class TemplateTokens {
    private record Token(String text, int at, boolean glued) {}

    private final List<Token> tokens = new ArrayList<>();
    private int next;

    TemplateTokens(TemplateParser parser, String text, int from) {
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (Character.isWhitespace(c)) {
                i++;
                continue;
            }
            int end = end(parser, text, i);
            boolean field = c == '.' && end > i + 1;
            boolean glued =
                    field && i > 0 && !Character.isWhitespace(text.charAt(i - 1)) && follows(text.charAt(i - 1));
            tokens.add(new Token(text.substring(i, end), from + i, glued));
            i = end;
        }
    }

    private static boolean follows(char before) {
        return before == ')' || Character.isLetterOrDigit(before) || before == '_' || before == '$';
    }

    private static int end(TemplateParser parser, String text, int from) {
        char c = text.charAt(from);
        if (c == '"' || c == '\'' || c == '`') {
            for (int i = from + 1; i < text.length(); i++) {
                if (text.charAt(i) == '\\' && c != '`') {
                    i++;
                } else if (text.charAt(i) == c) {
                    return i + 1;
                }
            }
            throw parser.problem("unterminated quoted string");
        }
        if (text.startsWith(":=", from)) {
            return from + 2;
        }
        boolean number = digit(text, from) || ((c == '-' || c == '+' || c == '.') && digit(text, from + 1));
        boolean word = c == '.' || c == '$' || c == '_' || Character.isLetter(c);
        if (!number && !word) {
            if ("|(),=".indexOf(c) < 0) {
                throw parser.problem("unexpected bad character U+00"
                        + Integer.toHexString(c).toUpperCase(java.util.Locale.ROOT) + " '" + c + "' in operand");
            }
            return from + 1;
        }
        int end = from + 1;
        while (end < text.length() && within(text, end, number)) {
            end++;
        }
        return end;
    }

    private static boolean within(String text, int at, boolean number) {
        char c = text.charAt(at);
        if (Character.isLetterOrDigit(c) || c == '_') {
            return true;
        }
        boolean exponent = (c == '-' || c == '+') && "eE".indexOf(text.charAt(at - 1)) >= 0;
        return number && (c == '.' || exponent);
    }

    private static boolean digit(String text, int at) {
        return at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9';
    }

    boolean ended() {
        return next >= tokens.size();
    }

    String peek() {
        return tokens.get(next).text();
    }

    String take() {
        return tokens.get(next++).text();
    }

    /** Whether a field follows without a space. */
    boolean glued() {
        return !ended() && tokens.get(next).glued();
    }

    /** Where the next word stands. */
    int place() {
        return ended() ? 0 : tokens.get(next).at();
    }

    /** Whether variables and then this sign begin the action. */
    boolean assignment(String sign) {
        for (int i = next; i < tokens.size(); i++) {
            String text = tokens.get(i).text();
            if (text.equals(sign)) {
                return i > next;
            }
            if (!text.startsWith("$") && !text.equals(",")) {
                return false;
            }
        }
        return false;
    }

    /** The value of a number, a quoted text or a character. */
    static Object literal(TemplateParser parser, String token) {
        char first = token.charAt(0);
        if (first == '`') {
            return token.substring(1, token.length() - 1);
        }
        if (first == '"') {
            return unquote(token);
        }
        if (first == '\'') {
            return (long) unquote(token).codePointAt(0);
        }
        try {
            return GoInteger.parse(token);
        } catch (IllegalArgumentException notWhole) {
            try {
                return Double.valueOf(token);
            } catch (NumberFormatException e) {
                boolean sign = "|(),=:=".contains(token);
                throw parser.problem(
                        sign ? "unexpected \"" + token + "\" in operand" : "bad number syntax: \"" + token + "\"");
            }
        }
    }

    private static String unquote(String token) {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i < token.length() - 1; i++) {
            char c = token.charAt(i);
            if (c == '\\') {
                i++;
                c = switch (token.charAt(i)) {
                    case 'n' -> '\n';
                    case 't' -> '\t';
                    case 'r' -> '\r';
                    default -> token.charAt(i);
                };
            }
            text.append(c);
        }
        return text.toString();
    }
}
