package io.gantry.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The expressions of a template: pipelines of function calls, fields, variables and literals. */
final class TemplateExpressions {
    /** A piece that has a value. */
    interface Expression {
        Object value(GoTemplate.Scope scope);

        /** The text Go's errors show for it. */
        String text();

        /** Its place in the template. */
        int at();
    }

    private final TemplateParser parser;
    private final TemplateTokens tokens;
    private final Set<String> variables;

    /** {@code variables} are the names in use, to which declarations add. */
    TemplateExpressions(TemplateParser parser, String text, int from, Set<String> variables) {
        this.parser = parser;
        this.tokens = new TemplateTokens(parser, text, from);
        this.variables = variables;
    }

    /** A pipeline, and the variables it is assigned to. */
    record Statement(List<String> names, boolean declares, Expression expression) {
        Object value(GoTemplate.Scope scope) {
            return expression.value(scope);
        }

        void bind(GoTemplate.Scope scope, Object value) {
            for (String name : names) {
                if (declares) {
                    scope.declare(name, value);
                } else {
                    scope.assign(name, value);
                }
            }
        }

        int at() {
            return expression.at();
        }

        String text() {
            return expression.text();
        }
    }

    Statement statement() {
        List<String> names = new ArrayList<>();
        boolean declares = tokens.assignment(":=");
        if (declares || tokens.assignment("=")) {
            for (String token = tokens.take(); !token.equals(":=") && !token.equals("="); token = tokens.take()) {
                if (token.startsWith("$")) {
                    names.add(token.substring(1));
                }
            }
        }
        if (tokens.ended()) {
            throw parser.problem("missing value for command");
        }
        Expression expression = pipeline();
        if (!tokens.ended()) {
            throw parser.problem("unexpected \"" + tokens.peek() + "\" in operand");
        }
        if (declares) {
            variables.addAll(names);
        }
        return new Statement(List.copyOf(names), declares, expression);
    }

    private Expression pipeline() {
        Expression left = command(List.of());
        while (!tokens.ended() && tokens.peek().equals("|")) {
            tokens.take();
            left = command(List.of(left));
        }
        return left;
    }

    /** A function or a field with its arguments; {@code piped} becomes the last one. */
    private Expression command(List<Expression> piped) {
        if (tokens.ended()) {
            throw parser.problem("missing value for command");
        }
        int at = tokens.place();
        String word = tokens.peek();
        if (word.equals("|") || word.equals(")")) {
            throw parser.problem("unexpected \"" + word + "\" in command");
        }
        List<Expression> operands = new ArrayList<>();
        while (!tokens.ended() && !tokens.peek().equals("|") && !tokens.peek().equals(")")) {
            operands.add(operand());
        }
        Expression first = operands.get(0);
        List<Expression> arguments = new ArrayList<>(operands.subList(1, operands.size()));
        StringBuilder text = new StringBuilder(first.text());
        for (Expression argument : arguments) {
            text.append(' ').append(argument.text());
        }
        arguments.addAll(piped);
        if (first instanceof Function function) {
            return new Invoked(function.name(), List.copyOf(arguments), text.toString(), at);
        }
        if (arguments.isEmpty()) {
            return first;
        }
        if (first instanceof Field || first instanceof Variable) {
            return new Called(first, List.copyOf(arguments));
        }
        throw parser.problem("can't give argument to non-function " + first.text());
    }

    private Expression operand() {
        int at = tokens.place();
        String token = tokens.take();
        Expression operand = simple(token, at);
        if (!tokens.glued()) {
            return operand;
        }
        int chainAt = tokens.place();
        StringBuilder chain = new StringBuilder();
        while (tokens.glued()) {
            chain.append(tokens.take());
        }
        boolean field = operand instanceof Field;
        boolean dotted = field || operand instanceof Variable;
        return new Field(
                field ? ((Field) operand).base() : List.of(operand),
                (field ? ((Field) operand).path() : "") + chain,
                dotted ? operand.text() + chain : "(" + operand.text() + ")" + chain,
                chainAt);
    }

    private Expression simple(String token, int at) {
        char first = token.charAt(0);
        if (token.equals("(")) {
            Expression inner = pipeline();
            if (tokens.ended() || !tokens.take().equals(")")) {
                throw parser.problem("unclosed left paren");
            }
            return inner;
        }
        if (token.equals(".")) {
            return new Dot(at);
        }
        if (first == '.' && !Character.isDigit(token.charAt(1))) {
            return new Field(List.of(), token, token, at);
        }
        if (first == '$') {
            if (!variables.contains(token.substring(1))) {
                throw parser.problem("undefined variable \"" + token + "\"");
            }
            return new Variable(token.substring(1), at);
        }
        if (Character.isLetter(first) || first == '_') {
            return named(token, at);
        }
        return new Constant(TemplateTokens.literal(parser, token), token, at);
    }

    private Expression named(String word, int at) {
        return switch (word) {
            case "true", "false" -> new Constant(word.equals("true"), word, at);
            case "nil" -> new Constant(null, word, at);
            default -> {
                if (!TemplateFunctions.known(word)) {
                    throw parser.problem("function \"" + word + "\" not defined");
                }
                yield new Function(word, at);
            }
        };
    }

    private record Constant(Object constant, String text, int at) implements Expression {
        @Override
        public Object value(GoTemplate.Scope scope) {
            return constant;
        }
    }

    private record Dot(int at) implements Expression {
        @Override
        public Object value(GoTemplate.Scope scope) {
            return scope.dot();
        }

        @Override
        public String text() {
            return ".";
        }
    }

    private record Variable(String name, int at) implements Expression {
        @Override
        public Object value(GoTemplate.Scope scope) {
            return scope.variable(name);
        }

        @Override
        public String text() {
            return "$" + name;
        }
    }

    /** The name of a function, which is called without arguments where it stands as one. */
    private record Function(String name, int at) implements Expression {
        @Override
        public Object value(GoTemplate.Scope scope) {
            return new Invoked(name, List.of(), name, at).value(scope);
        }

        @Override
        public String text() {
            return name;
        }
    }

    private record Invoked(String name, List<Expression> arguments, String text, int at) implements Expression {
        @Override
        public Object value(GoTemplate.Scope scope) {
            if (name.equals("and") || name.equals("or")) {
                Object last = null;
                for (Expression argument : arguments) {
                    last = argument.value(scope);
                    if (TemplateFunctions.truth(last) == name.equals("or")) {
                        break;
                    }
                }
                return last;
            }
            Object[] values = new Object[arguments.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = arguments.get(i).value(scope);
            }
            try {
                return TemplateFunctions.call(name, values);
            } catch (TemplateException e) {
                throw e;
            } catch (IllegalArgumentException e) {
                throw scope.failure(at, text, e.getMessage());
            }
        }
    }

    /** A field with arguments. */
    private record Called(Expression field, List<Expression> arguments) implements Expression {
        @Override
        public Object value(GoTemplate.Scope scope) {
            Object value = field.value(scope);
            if (value instanceof TemplateData.Call call) {
                List<Object> values = new ArrayList<>();
                for (Expression argument : arguments) {
                    values.add(argument.value(scope));
                }
                return call.with(values);
            }
            String name = field.text().substring(field.text().lastIndexOf('.') + 1);
            throw scope.failure(at(), text(), name + " is not a method but has arguments");
        }

        @Override
        public String text() {
            return field.text();
        }

        @Override
        public int at() {
            return field.at();
        }
    }

    /** Fields one below the other, of the dot when {@code base} is empty. */
    private record Field(List<Expression> base, String path, String text, int at) implements Expression {
        @Override
        public Object value(GoTemplate.Scope scope) {
            Object current = base.isEmpty() ? scope.dot() : base.get(0).value(scope);
            int from = 1;
            while (from <= path.length()) {
                int dot = path.indexOf('.', from);
                String name = path.substring(from, dot < 0 ? path.length() : dot);
                current = member(scope, current, name);
                from = dot < 0 ? path.length() + 1 : dot + 1;
            }
            return current;
        }

        /** Go's names of fields differ from JSON's in their case: {@code ID} for {@code Id}. */
        private Object similar(GoTemplate.Scope scope, Map<?, ?> map, String name) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                if (name.equalsIgnoreCase((String) entry.getKey())) {
                    return entry.getValue();
                }
            }
            throw scope.failure(at, text, "map has no entry for key \"" + name + "\"");
        }

        private Object member(GoTemplate.Scope scope, Object value, String name) {
            if (value instanceof TemplateData.Row row) {
                if (!row.containsKey(name)) {
                    throw scope.failure(at, text, "can't evaluate field " + name + " in type " + row.type());
                }
                Object found = row.get(name);
                return found instanceof TemplateData.Later later ? later.value() : found;
            }
            if (value instanceof Map<?, ?> map) {
                return map.containsKey(name) || map instanceof TemplateData.Entries
                        ? map.get(name)
                        : similar(scope, map, name);
            }
            if (value instanceof TemplateData.Null missing) {
                if (missing.shown().equals("map[]")) {
                    return null;
                }
                throw scope.failure(at, text, "nil pointer evaluating interface {}." + name);
            }
            if (value == null) {
                throw scope.failure(at, text, "nil pointer evaluating interface {}." + name);
            }
            throw scope.failure(at, text, "can't evaluate field " + name + " in type interface {}");
        }
    }
}
