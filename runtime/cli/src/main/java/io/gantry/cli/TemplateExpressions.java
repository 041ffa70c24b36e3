package io.gantry.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The expressions of a template: pipelines of function calls, fields, variables and literals. */
final class TemplateExpressions {
    private static final Pattern TOKEN =
            Pattern.compile("\\s*(:=|[|(),=]|\"(?:[^\"\\\\]|\\\\.)*\"|`[^`]*`|-?\\d+(?:\\.\\d+)?|\\$?[\\w.$]+|\\S)");

    private final List<String> tokens;
    private int at;

    private TemplateExpressions(List<String> tokens) {
        this.tokens = tokens;
    }

    /** A pipeline, and the variables it is assigned to. */
    record Statement(List<String> names, GoTemplate.Expression expression) {
        Object source(GoTemplate.Scope scope) {
            return expression.value(scope);
        }

        Object evaluate(GoTemplate.Scope scope) {
            Object value = expression.value(scope);
            names.forEach(name -> scope.declare(name, value));
            return value;
        }
    }

    static Statement parse(String text) {
        List<String> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(text.trim());
        int end = 0;
        while (matcher.find() && matcher.start() == end) {
            // ")" and a field right behind it are one thing, "(index .A 0).B"
            boolean glued = matcher.group(1).startsWith(".")
                    && matcher.start(1) == end
                    && !tokens.isEmpty()
                    && tokens.get(tokens.size() - 1).equals(")");
            tokens.add(glued ? "\0" + matcher.group(1) : matcher.group(1));
            end = matcher.end();
        }
        if (tokens.isEmpty()) {
            throw TemplateParser.problem("missing value for command");
        }
        TemplateExpressions parser = new TemplateExpressions(tokens);
        List<String> names = parser.names();
        GoTemplate.Expression expression = parser.pipeline();
        if (parser.at < tokens.size()) {
            throw TemplateParser.problem("unexpected \"" + tokens.get(parser.at) + "\" in operand");
        }
        return new Statement(names, expression);
    }

    private List<String> names() {
        int assignment = tokens.indexOf(":=") >= 0 ? tokens.indexOf(":=") : tokens.indexOf("=");
        List<String> names = new ArrayList<>();
        if (assignment > 0) {
            for (; at < assignment; at++) {
                if (tokens.get(at).startsWith("$")) {
                    names.add(tokens.get(at).substring(1));
                }
            }
            at++;
        }
        return names;
    }

    private GoTemplate.Expression pipeline() {
        GoTemplate.Expression left = command(null);
        while (at < tokens.size() && tokens.get(at).equals("|")) {
            at++;
            left = command(left);
        }
        return left;
    }

    private GoTemplate.Expression command(GoTemplate.Expression piped) {
        if (at >= tokens.size()) {
            throw TemplateParser.problem("missing value for command");
        }
        String word = tokens.get(at);
        if (word.matches("[A-Za-z_]\\w*") && !word.equals("true") && !word.equals("false") && !word.equals("nil")) {
            at++;
            if (!TemplateFunctions.known(word)) {
                throw TemplateParser.problem("function \"" + word + "\" not defined");
            }
            List<GoTemplate.Expression> arguments = new ArrayList<>();
            while (at < tokens.size() && !List.of("|", ")").contains(tokens.get(at))) {
                arguments.add(operand());
            }
            if (piped != null) {
                arguments.add(piped);
            }
            return scope -> TemplateFunctions.call(
                    word,
                    arguments.stream().map(argument -> argument.value(scope)).toArray());
        }
        return operand();
    }

    private GoTemplate.Expression operand() {
        String token = tokens.get(at++);
        if (token.equals("(")) {
            GoTemplate.Expression inner = pipeline();
            if (at >= tokens.size() || !tokens.get(at++).equals(")")) {
                throw TemplateParser.problem("unclosed left paren");
            }
            if (at < tokens.size() && tokens.get(at).startsWith("\0")) {
                String path = tokens.get(at++).substring(1);
                return scope -> field(inner.value(scope), path);
            }
            return inner;
        }
        char first = token.charAt(0);
        if (first == '"') {
            String text = unquote(token);
            return scope -> text;
        }
        if (first == '`') {
            String text = token.substring(1, token.length() - 1);
            return scope -> text;
        }
        if (Character.isDigit(first) || (first == '-' && token.length() > 1)) {
            Object number = token.indexOf('.') >= 0 ? (Object) Double.valueOf(token) : (Object) Long.valueOf(token);
            return scope -> number;
        }
        if (first == '.') {
            return scope -> field(scope.dot(), token);
        }
        if (first == '$') {
            int dot = token.indexOf('.');
            String name = dot < 0 ? token.substring(1) : token.substring(1, dot);
            return scope -> field(scope.variable(name), dot < 0 ? "." : token.substring(dot));
        }
        return switch (token) {
            case "true" -> scope -> true;
            case "false" -> scope -> false;
            case "nil" -> scope -> null;
            default -> {
                if (TemplateFunctions.known(token)) {
                    yield scope -> TemplateFunctions.call(token, new Object[0]);
                }
                throw TemplateParser.problem("unexpected \"" + token + "\" in operand");
            }
        };
    }

    private static Object field(Object value, String path) {
        Object current = value;
        for (String name : path.split("\\.")) {
            if (!name.isEmpty()) {
                if (current instanceof Map<?, ?> map) {
                    if (!map.containsKey(name)) {
                        throw new IllegalArgumentException("template parsing error: template: :1:2: executing \"\" at <"
                                + path + ">: map has no entry for key \"" + name + "\"");
                    }
                    current = map.get(name);
                } else {
                    throw new IllegalArgumentException("template parsing error: template: :1:2: executing \"\" at <"
                            + path + ">: can't evaluate field " + name);
                }
            }
        }
        return current;
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
