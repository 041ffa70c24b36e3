package io.gantry.cli;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Go's text/template for {@code --format}: fields, pipelines, {@code if range with define template break continue}, variables, and
 * the functions of {@link TemplateFunctions}. Data are maps, lists, texts, numbers and booleans; see {@link TemplateData}.
 */
final class GoTemplate {
    /** A piece of a template. */
    interface Node {
        /** Writes the piece; what it says of the loop around it. */
        Flow render(Scope scope, StringBuilder out);
    }

    enum Flow {
        NEXT,
        BREAK,
        CONTINUE
    }

    /** The dot and the variables while a template runs. */
    static final class Scope {
        private final GoTemplate template;
        private final Object root;
        private Object dot;
        private final Deque<Map<String, Object>> variables = new ArrayDeque<>();

        private Scope(GoTemplate template, Object root) {
            this.template = template;
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

        void assign(String name, Object value) {
            for (Map<String, Object> frame : variables) {
                if (frame.containsKey(name)) {
                    frame.put(name, value);
                    return;
                }
            }
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
            return null;
        }

        /** Enters a block with variables of its own; gives the dot to {@link #leave} it with. */
        Object enter(Object newDot) {
            Object before = dot;
            dot = newDot;
            variables.push(new HashMap<>());
            return before;
        }

        void leave(Object before) {
            variables.pop();
            dot = before;
        }

        Flow all(List<Node> nodes, StringBuilder out) {
            for (Node node : nodes) {
                Flow flow = node.render(this, out);
                if (flow != Flow.NEXT) {
                    return flow;
                }
            }
            return Flow.NEXT;
        }

        /** Runs a template that {@code define} made. */
        void named(String name, Object data, StringBuilder out) {
            List<Node> nodes = template.defined.get(name);
            if (nodes == null) {
                throw new TemplateException(false, "template: no template \"" + name + "\"");
            }
            new Scope(template, data).all(nodes, out);
        }

        /** An error at a node of the template. */
        TemplateException failure(int at, String node, String why) {
            return template.failure(at, node, why);
        }
    }

    private final String name;
    private final String text;
    private final List<Node> nodes;
    private final Map<String, List<Node>> defined;

    private GoTemplate(String name, String text, List<Node> nodes, Map<String, List<Node>> defined) {
        this.name = name;
        this.text = text;
        this.nodes = nodes;
        this.defined = defined;
    }

    static GoTemplate parse(String text) {
        return parse(text, "");
    }

    /** {@code name} stands in error messages. */
    static GoTemplate parse(String text, String name) {
        Map<String, List<Node>> defined = new HashMap<>();
        return new GoTemplate(name, text, new TemplateParser(text, name, defined).parse(), defined);
    }

    /** {@code data} as {@link TemplateData} prepares it, or a {@link TemplateData.Row}. */
    String render(Object data) {
        StringBuilder out = new StringBuilder();
        new Scope(this, data).all(nodes, out);
        return out.toString();
    }

    private TemplateException failure(int at, String node, String why) {
        String before = text.substring(0, at);
        int line = 1;
        int start = 0;
        for (int i = 0; i < before.length(); i++) {
            if (before.charAt(i) == '\n') {
                line++;
                start = i + 1;
            }
        }
        return new TemplateException(
                false,
                "template: " + name + ":" + line + ":" + (at - start) + ": executing \"" + name + "\" at <" + node
                        + ">: " + why);
    }
}
