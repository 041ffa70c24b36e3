package io.gantry.engine.image;

import io.gantry.engine.EngineException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The arguments of Dockerfile instructions. */
final class ChangeWords {
    private static final Pattern DURATION_PART = Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|µs|ms|s|m|h)");

    private ChangeWords() {}

    /** Words as a shell would see them, quotes and backslashes taken away; variables stay as they are. */
    static List<String> split(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean any = false;
        char quote = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && quote != '\'' && i + 1 < text.length()) {
                word.append(text.charAt(++i));
                any = true;
            } else if (quote != 0 ? c == quote : c == '"' || c == '\'') {
                quote = quote == 0 ? c : 0;
                any = true;
            } else if (quote == 0 && Character.isWhitespace(c)) {
                if (any) {
                    words.add(word.toString());
                }
                word.setLength(0);
                any = false;
            } else {
                word.append(c);
                any = true;
            }
        }
        if (quote != 0) {
            throw new EngineException(
                    EngineException.Kind.INVALID,
                    "unexpected end of statement while looking for matching " + (quote == '"' ? "double" : "single")
                            + "-quote");
        }
        if (any) {
            words.add(word.toString());
        }
        return words;
    }

    /** {@code name=value name="other value"}, or the older {@code name all the rest}. */
    static Map<String, String> pairs(String instruction, String text) {
        String first = text.split("\\s", 2)[0];
        if (first.indexOf('=') < 0) {
            String[] parts = text.split("\\s+", 2);
            if (parts.length < 2) {
                throw new EngineException(EngineException.Kind.INVALID, instruction + " must have two arguments");
            }
            return Map.of(parts[0], String.join(" ", split(parts[1])));
        }
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String word : split(text)) {
            int equals = word.indexOf('=');
            if (equals < 0) {
                throw new EngineException(
                        EngineException.Kind.INVALID,
                        "Syntax error - can't find = in \"" + word + "\". Must be of the form: name=value");
            }
            if (equals == 0) {
                throw new EngineException(EngineException.Kind.INVALID, instruction + " names can not be blank");
            }
            pairs.put(word.substring(0, equals), word.substring(equals + 1));
        }
        return pairs;
    }

    /** A duration as Go writes it, such as {@code 1m30s}. */
    static Duration duration(String text) {
        Matcher part = DURATION_PART.matcher(text);
        Duration sum = Duration.ZERO;
        int at = 0;
        while (at < text.length() && part.find(at) && part.start() == at) {
            double nanos = Double.parseDouble(part.group(1)) * nanosOf(part.group(2));
            sum = sum.plusNanos((long) nanos);
            at = part.end();
        }
        if (text.isEmpty() || at < text.length()) {
            throw new EngineException(EngineException.Kind.INVALID, "time: invalid duration \"" + text + "\"");
        }
        return sum;
    }

    private static double nanosOf(String unit) {
        return switch (unit) {
            case "ns" -> 1;
            case "us", "µs" -> 1e3;
            case "ms" -> 1e6;
            case "s" -> 1e9;
            case "m" -> 60e9;
            default -> 3600e9;
        };
    }
}
