package io.gantry.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a template does, piece by piece. */
final class TemplateNodes {
    private TemplateNodes() {}

    record Text(String text) implements GoTemplate.Node {
        @Override
        public GoTemplate.Flow render(GoTemplate.Scope scope, StringBuilder out) {
            out.append(text);
            return GoTemplate.Flow.NEXT;
        }
    }

    record Output(TemplateExpressions.Statement statement) implements GoTemplate.Node {
        @Override
        public GoTemplate.Flow render(GoTemplate.Scope scope, StringBuilder out) {
            Object value = statement.value(scope);
            statement.bind(scope, value);
            if (statement.names().isEmpty()) {
                out.append(GoFormat.show(value));
            }
            return GoTemplate.Flow.NEXT;
        }
    }

    record Jump(GoTemplate.Flow flow) implements GoTemplate.Node {
        @Override
        public GoTemplate.Flow render(GoTemplate.Scope scope, StringBuilder out) {
            return flow;
        }
    }

    /** {@code if} and {@code with}. */
    record Branch(
            TemplateExpressions.Statement statement,
            List<GoTemplate.Node> then,
            List<GoTemplate.Node> otherwise,
            boolean with)
            implements GoTemplate.Node {
        @Override
        public GoTemplate.Flow render(GoTemplate.Scope scope, StringBuilder out) {
            Object outer = scope.enter(scope.dot());
            try {
                Object value = statement.value(scope);
                statement.bind(scope, value);
                boolean truth = TemplateFunctions.truth(value);
                Object before = scope.enter(with && truth ? value : scope.dot());
                GoTemplate.Flow flow = scope.all(truth ? then : otherwise, out);
                scope.leave(before);
                return flow;
            } finally {
                scope.leave(outer);
            }
        }
    }

    record Range(TemplateExpressions.Statement statement, List<GoTemplate.Node> body, List<GoTemplate.Node> otherwise)
            implements GoTemplate.Node {
        @Override
        public GoTemplate.Flow render(GoTemplate.Scope scope, StringBuilder out) {
            Map<Object, Object> items = items(scope);
            if (items.isEmpty()) {
                return scope.all(otherwise, out);
            }
            List<String> names = statement.names();
            for (Map.Entry<Object, Object> entry : items.entrySet()) {
                Object before = scope.enter(entry.getValue());
                if (!names.isEmpty()) {
                    scope.declare(names.get(names.size() - 1), entry.getValue());
                }
                if (names.size() > 1) {
                    scope.declare(names.get(0), entry.getKey());
                }
                GoTemplate.Flow flow = scope.all(body, out);
                scope.leave(before);
                if (flow == GoTemplate.Flow.BREAK) {
                    break;
                }
            }
            return GoTemplate.Flow.NEXT;
        }

        private Map<Object, Object> items(GoTemplate.Scope scope) {
            Object value = statement.value(scope);
            Map<Object, Object> items = new LinkedHashMap<>();
            if (value instanceof Map<?, ?> map) {
                items.putAll(new java.util.TreeMap<>(map));
            } else if (value instanceof List<?> list) {
                for (Object item : list) {
                    items.put((long) items.size(), item);
                }
            } else if (value instanceof Long count) {
                for (long i = 0; i < count; i++) {
                    items.put(i, i);
                }
            } else if (value != null && !(value instanceof TemplateData.Null)) {
                throw scope.failure(
                        statement.at(), statement.text(), "range can't iterate over " + GoFormat.show(value));
            }
            return items;
        }
    }

    record Template(String name, List<TemplateExpressions.Statement> data) implements GoTemplate.Node {
        @Override
        public GoTemplate.Flow render(GoTemplate.Scope scope, StringBuilder out) {
            scope.named(name, data.isEmpty() ? null : data.get(0).value(scope), out);
            return GoTemplate.Flow.NEXT;
        }
    }
}
