package io.gantry.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The part of Go's text/template that {@code --format} is used with: fields, pipelines, {@code if}, {@code range}, {@code with},
 * variables and the functions of {@link TemplateFunctions}. Data are maps, lists, texts, numbers and booleans.
 */
final class GoTemplate {
    /** A piece of a template, executed against the scope. */
    interface Node {
        void render(Scope scope, StringBuilder out);
    }

    /** A piece that has a value. */
    interface Expression {
        Object value(Scope scope);
    }

    /** The dot and the variables while a template runs. */
    static final class Scope {
        private final Object root;
        private Object dot;
        private final Deque<Map<String, Object>> variables = new ArrayDeque<>();

        Scope(Object root) {
            this.root = root;
            this.dot = root;
            variables.push(new HashMap<>());
        }

        Object dot() {
            return dot;
        }

        void declare(String name, Object value) {
            variables.element().put(name, value);
        }

        Object variable(String name) {
            if (name.isEmpty()) {
                return root;
            }
            for (Map<String, Object> frame : variables) {
                if (frame.containsKey(name)) {
                    return frame.get(name);
                }
            }
            throw new IllegalArgumentException("template parsing error: undefined variable \"$" + name + "\"");
        }

        /** Runs a body with another dot and variables of its own. */
        void within(Object newDot, Runnable body) {
            Object before = dot;
            dot = newDot;
            variables.push(new HashMap<>());
            try {
                body.run();
            } finally {
                variables.pop();
                dot = before;
            }
        }
    }

    private final List<Node> nodes;

    private GoTemplate(List<Node> nodes) {
        this.nodes = nodes;
    }

    static GoTemplate parse(String text) {
        return new GoTemplate(new TemplateParser(text).parse());
    }

    String render(Object data) {
        StringBuilder out = new StringBuilder();
        Scope scope = new Scope(plain(data));
        nodes.forEach(node -> node.render(scope, out));
        return out.toString();
    }

    private static Object plain(Object data) {
        return data instanceof Json json ? json.value() : data;
    }

    /** Go's idea of "not empty". */
    static boolean truth(Object value) {
        if (value == null || Boolean.FALSE.equals(value) || "".equals(value)) {
            return false;
        }
        if (value instanceof Number number) {
            return number.doubleValue() != 0;
        }
        if (value instanceof List<?> list) {
            return !list.isEmpty();
        }
        return !(value instanceof Map<?, ?> map) || !map.isEmpty();
    }

    /** The text Go's {@code %v} gives. */
    static String show(Object value) {
        if (value == null) {
            return "<no value>";
        }
        if (value instanceof Map<?, ?> map) {
            StringBuilder text = new StringBuilder("map[");
            new java.util.TreeMap<Object, Object>(map)
                    .forEach((key, item) -> text.append(text.length() > 4 ? " " : "")
                            .append(key)
                            .append(':')
                            .append(nested(item)));
            return text.append(']').toString();
        }
        if (value instanceof List<?> list) {
            StringBuilder text = new StringBuilder("[");
            list.forEach(item -> text.append(text.length() > 1 ? " " : "").append(nested(item)));
            return text.append(']').toString();
        }
        if (value instanceof Double number) {
            return number == Math.rint(number) && Math.abs(number) < 1e15
                    ? Long.toString(number.longValue())
                    : number.toString();
        }
        return value.toString();
    }

    private static String nested(Object item) {
        return item == null ? "<nil>" : show(item);
    }
}
