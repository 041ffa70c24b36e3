package io.gantry.cli;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads a template into nodes; see {@link GoTemplate}. */
final class TemplateParser {
    /** A text, or what stands between braces; {@code from} is its place in the template. */
    private record Piece(boolean action, String text, int from) {}

    private final String name;
    private final List<Piece> pieces;
    private final Map<String, List<GoTemplate.Node>> defined;
    private final Set<String> variables = new HashSet<>(Set.of(""));
    private int loops;
    private int at;

    TemplateParser(String text, String name, Map<String, List<GoTemplate.Node>> defined) {
        this.name = name;
        this.pieces = pieces(text);
        this.defined = defined;
    }

    List<GoTemplate.Node> parse() {
        List<GoTemplate.Node> nodes = block();
        if (at < pieces.size()) {
            throw problem("unexpected {{" + pieces.get(at).text() + "}}");
        }
        return nodes;
    }

    TemplateException problem(String why) {
        return new TemplateException(true, "template: " + name + ":1: " + why);
    }

    private List<Piece> pieces(String text) {
        List<Piece> found = new ArrayList<>();
        int from = 0;
        boolean trimNext = false;
        while (true) {
            int open = text.indexOf("{{", from);
            String plain = open < 0 ? text.substring(from) : text.substring(from, open);
            boolean trimBefore = open >= 0 && text.startsWith("{{-", open) && space(text, open + 3);
            plain = trimNext ? plain.stripLeading() : plain;
            plain = trimBefore ? plain.stripTrailing() : plain;
            if (!plain.isEmpty()) {
                found.add(new Piece(false, plain, from));
            }
            if (open < 0) {
                return found;
            }
            int start = open + (trimBefore ? 3 : 2);
            int close = closing(text, start);
            trimNext = close > start + 1 && text.charAt(close - 1) == '-' && space(text, close - 2);
            String action = text.substring(start, trimNext ? close - 1 : close);
            int lead = action.length() - action.stripLeading().length();
            if (!action.stripLeading().startsWith("/*")) {
                found.add(new Piece(true, action.strip(), start + lead));
            }
            from = close + 2;
        }
    }

    private static boolean space(String text, int index) {
        return index < text.length() && Character.isWhitespace(text.charAt(index));
    }

    private int closing(String text, int from) {
        char quote = 0;
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0) {
                if (c == '\\' && quote != '`') {
                    i++;
                } else if (c == quote) {
                    quote = 0;
                }
            } else if (c == '"' || c == '`' || c == '\'') {
                quote = c;
            } else if (text.startsWith("}}", i)) {
                return i;
            }
        }
        throw problem("unclosed action");
    }

    private List<GoTemplate.Node> block() {
        List<GoTemplate.Node> nodes = new ArrayList<>();
        while (at < pieces.size()) {
            Piece piece = pieces.get(at);
            if (!piece.action()) {
                at++;
                nodes.add(new TemplateNodes.Text(piece.text()));
                continue;
            }
            String word = word(piece.text());
            if (word.equals("end") || word.equals("else")) {
                return nodes;
            }
            at++;
            action(word, piece, nodes);
        }
        return nodes;
    }

    private static String word(String text) {
        int end = 0;
        while (end < text.length() && Character.isLetter(text.charAt(end))) {
            end++;
        }
        return text.substring(0, end);
    }

    private void action(String word, Piece piece, List<GoTemplate.Node> nodes) {
        Piece rest = new Piece(true, piece.text().substring(word.length()), piece.from() + word.length());
        switch (word) {
            case "if" -> nodes.add(branch(rest, false));
            case "with" -> nodes.add(branch(rest, true));
            case "range" -> nodes.add(range(rest));
            case "define", "block" -> define(word, rest, nodes);
            case "template" -> nodes.add(template(rest));
            case "break", "continue" -> {
                if (loops == 0) {
                    throw problem("{{" + word + "}} outside {{range}}");
                }
                nodes.add(new TemplateNodes.Jump(
                        word.equals("break") ? GoTemplate.Flow.BREAK : GoTemplate.Flow.CONTINUE));
            }
            default -> nodes.add(new TemplateNodes.Output(statement(piece)));
        }
    }

    private TemplateExpressions.Statement statement(Piece piece) {
        return new TemplateExpressions(this, piece.text(), piece.from(), variables).statement();
    }

    private GoTemplate.Node branch(Piece condition, boolean with) {
        Set<String> before = Set.copyOf(variables);
        TemplateExpressions.Statement statement = statement(condition);
        List<GoTemplate.Node> then = block();
        List<GoTemplate.Node> otherwise = otherwise();
        restore(before);
        return new TemplateNodes.Branch(statement, then, otherwise, with);
    }

    private GoTemplate.Node range(Piece items) {
        Set<String> before = Set.copyOf(variables);
        TemplateExpressions.Statement statement = statement(items);
        loops++;
        List<GoTemplate.Node> body = block();
        loops--;
        List<GoTemplate.Node> otherwise = otherwise();
        restore(before);
        return new TemplateNodes.Range(statement, body, otherwise);
    }

    private void restore(Set<String> before) {
        variables.retainAll(before);
    }

    private void define(String word, Piece rest, List<GoTemplate.Node> nodes) {
        String text = rest.text().stripLeading();
        int end = text.indexOf('"', 1);
        if (!text.startsWith("\"") || end < 0) {
            throw problem("unexpected " + text + " in " + word + " clause");
        }
        String defines = text.substring(1, end);
        List<GoTemplate.Node> body = block();
        if (!otherwise().isEmpty()) {
            throw problem("unexpected {{else}} in " + word + " clause");
        }
        defined.put(defines, body);
        if (word.equals("block")) {
            nodes.add(template(rest));
        }
    }

    private GoTemplate.Node template(Piece rest) {
        String text = rest.text().stripLeading();
        int end = text.indexOf('"', 1);
        if (!text.startsWith("\"") || end < 0) {
            throw problem("unexpected " + text + " in template clause");
        }
        String argument = text.substring(end + 1).strip();
        int from = rest.from() + rest.text().indexOf('"') + end + 1;
        return new TemplateNodes.Template(
                text.substring(1, end),
                argument.isEmpty() ? List.of() : List.of(statement(new Piece(true, argument, from))));
    }

    /** What follows {@code else}, up to and with {@code end}. */
    private List<GoTemplate.Node> otherwise() {
        if (at >= pieces.size()) {
            throw problem("unexpected EOF");
        }
        Piece piece = pieces.get(at++);
        if (piece.text().equals("end")) {
            return List.of();
        }
        String rest = piece.text().substring("else".length());
        if (!rest.isBlank()) {
            int lead = rest.length() - rest.stripLeading().length();
            Piece next = new Piece(true, rest.strip(), piece.from() + "else".length() + lead);
            List<GoTemplate.Node> nodes = new ArrayList<>();
            action(word(next.text()), next, nodes);
            return nodes;
        }
        List<GoTemplate.Node> nodes = block();
        if (at >= pieces.size() || !pieces.get(at++).text().equals("end")) {
            throw problem("unexpected EOF");
        }
        return nodes;
    }
}
