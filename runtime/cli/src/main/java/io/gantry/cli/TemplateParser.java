package io.gantry.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads a template into nodes; see {@link GoTemplate}. */
final class TemplateParser {
    /** A text, or what stands between braces. */
    private record Piece(boolean action, String text) {}

    private final List<Piece> pieces;
    private int at;

    TemplateParser(String text) {
        this.pieces = pieces(text);
    }

    List<GoTemplate.Node> parse() {
        List<GoTemplate.Node> nodes = block();
        if (at < pieces.size()) {
            throw problem("unexpected {{" + pieces.get(at).text() + "}}");
        }
        return nodes;
    }

    private static List<Piece> pieces(String text) {
        List<Piece> pieces = new ArrayList<>();
        int from = 0;
        boolean trimNext = false;
        while (true) {
            int open = text.indexOf("{{", from);
            String plain = open < 0 ? text.substring(from) : text.substring(from, open);
            boolean trimBefore = open >= 0 && text.startsWith("{{- ", open);
            plain = trimNext ? plain.stripLeading() : plain;
            plain = trimBefore ? plain.stripTrailing() : plain;
            if (!plain.isEmpty()) {
                pieces.add(new Piece(false, plain));
            }
            if (open < 0) {
                return pieces;
            }
            int close = closing(text, open + 2);
            String action = text.substring(open + 2 + (trimBefore ? 1 : 0), close);
            trimNext = action.endsWith(" -");
            action = (trimNext ? action.substring(0, action.length() - 2) : action).trim();
            if (!action.startsWith("/*")) {
                pieces.add(new Piece(true, action));
            }
            from = close + 2;
        }
    }

    private static int closing(String text, int from) {
        char quote = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0) {
                if (c == '\\' && quote == '"') {
                    i++;
                } else if (c == quote) {
                    quote = 0;
                }
            } else if (c == '"' || c == '`') {
                quote = c;
            } else if (text.startsWith("}}", i)) {
                return i;
            }
        }
        throw problem("unclosed action");
    }

    static IllegalArgumentException problem(String why) {
        return new IllegalArgumentException("template parsing error: template: :1: " + why);
    }

    private List<GoTemplate.Node> block() {
        List<GoTemplate.Node> nodes = new ArrayList<>();
        while (at < pieces.size()) {
            Piece piece = pieces.get(at);
            if (!piece.action()) {
                at++;
                nodes.add((scope, out) -> out.append(piece.text()));
                continue;
            }
            String word = piece.text().split("\\s", 2)[0];
            if (word.equals("end") || word.equals("else")) {
                return nodes;
            }
            at++;
            nodes.add(action(word, piece.text()));
        }
        return nodes;
    }

    private GoTemplate.Node action(String word, String text) {
        String rest = text.substring(word.length()).trim();
        return switch (word) {
            case "if" -> branch(rest, false);
            case "with" -> branch(rest, true);
            case "range" -> range(rest);
            default -> output(text);
        };
    }

    private GoTemplate.Node output(String text) {
        TemplateExpressions.Statement statement = TemplateExpressions.parse(text);
        return (scope, out) -> {
            Object value = statement.evaluate(scope);
            if (statement.names().isEmpty()) {
                out.append(GoTemplate.show(value));
            }
        };
    }

    private GoTemplate.Node branch(String condition, boolean with) {
        TemplateExpressions.Statement statement = TemplateExpressions.parse(condition);
        List<GoTemplate.Node> then = block();
        List<GoTemplate.Node> otherwise = otherwise();
        return (scope, out) -> scope.within(scope.dot(), () -> {
            Object value = statement.evaluate(scope);
            List<GoTemplate.Node> chosen = GoTemplate.truth(value) ? then : otherwise;
            Object dot = with && GoTemplate.truth(value) ? value : scope.dot();
            scope.within(dot, () -> chosen.forEach(node -> node.render(scope, out)));
        });
    }

    private GoTemplate.Node range(String text) {
        TemplateExpressions.Statement statement = TemplateExpressions.parse(text);
        List<GoTemplate.Node> body = block();
        List<GoTemplate.Node> otherwise = otherwise();
        return (scope, out) -> {
            Map<Object, Object> items = items(statement.source(scope));
            if (items.isEmpty()) {
                otherwise.forEach(node -> node.render(scope, out));
            }
            items.forEach((key, item) -> scope.within(item, () -> {
                List<String> names = statement.names();
                if (!names.isEmpty()) {
                    scope.declare(names.get(names.size() - 1), item);
                }
                if (names.size() > 1) {
                    scope.declare(names.get(0), key);
                }
                body.forEach(node -> node.render(scope, out));
            }));
        };
    }

    private static Map<Object, Object> items(Object value) {
        Map<Object, Object> items = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            items.putAll(new TreeMap<>(map));
        } else if (value instanceof List<?> list) {
            list.forEach(item -> items.put((long) items.size(), item));
        } else if (value instanceof Object[] array) {
            Arrays.stream(array).forEach(item -> items.put((long) items.size(), item));
        } else if (value != null) {
            throw problem("range can't iterate over " + GoTemplate.show(value));
        }
        return items;
    }

    /** What follows {@code else}, up to and with {@code end}. */
    private List<GoTemplate.Node> otherwise() {
        if (at >= pieces.size()) {
            throw problem("unexpected EOF");
        }
        String text = pieces.get(at++).text();
        if (text.equals("end")) {
            return List.of();
        }
        String rest = text.substring("else".length()).trim();
        if (!rest.isEmpty()) {
            String word = rest.split("\\s", 2)[0];
            return List.of(action(word, rest));
        }
        List<GoTemplate.Node> nodes = block();
        if (at >= pieces.size() || !pieces.get(at++).text().equals("end")) {
            throw problem("unexpected EOF");
        }
        return nodes;
    }
}
