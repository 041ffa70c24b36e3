package io.gantry.network.plugin;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** An object of an answer, read strictly: what is missing is empty, what has the wrong type is an error that names it. */
final class Answer {
    private final String where;
    private final Map<?, ?> members;

    private Answer(String where, Map<?, ?> members) {
        this.where = where;
        this.members = members;
    }

    static Answer of(String method, Map<String, Object> members) {
        return new Answer(method, members);
    }

    /** A text; empty if it is missing or empty. */
    Optional<String> text(String name) throws PluginException {
        return member(name, String.class, "a text").filter(text -> !text.isEmpty());
    }

    boolean flag(String name) throws PluginException {
        return member(name, Boolean.class, "true or false").orElse(false);
    }

    Optional<Long> number(String name) throws PluginException {
        return member(name, Long.class, "a whole number");
    }

    Optional<Answer> object(String name) throws PluginException {
        return member(name, Map.class, "an object").map(object -> new Answer(path(name), object));
    }

    List<Answer> objects(String name) throws PluginException {
        List<Answer> objects = new ArrayList<>();
        for (Object element : list(name)) {
            if (!(element instanceof Map<?, ?> object)) {
                throw wrong(name, "a list of objects");
            }
            objects.add(new Answer(path(name), object));
        }
        return objects;
    }

    List<String> texts(String name) throws PluginException {
        List<String> texts = new ArrayList<>();
        for (Object element : list(name)) {
            if (!(element instanceof String text)) {
                throw wrong(name, "a list of texts");
            }
            texts.add(text);
        }
        return texts;
    }

    /** All members as texts, whatever their types. */
    Map<String, String> shown() {
        Map<String, String> shown = new LinkedHashMap<>();
        members.forEach((name, value) -> shown.put(String.valueOf(name), String.valueOf(value)));
        return shown;
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    /** A text in some form; a wrong one is an error that names it. */
    <T> Optional<T> parsed(String name, Function<String, T> parser) throws PluginException {
        Optional<String> text = text(name);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(parser.apply(text.get()));
        } catch (IllegalArgumentException e) {
            throw new PluginException(PluginException.Kind.BAD_ANSWER, path(name) + ": " + e.getMessage(), e);
        }
    }

    private List<?> list(String name) throws PluginException {
        return member(name, List.class, "a list").map(list -> (List<?>) list).orElse(List.of());
    }

    private <T> Optional<T> member(String name, Class<T> type, String what) throws PluginException {
        Object value = members.get(name);
        if (value != null && !type.isInstance(value)) {
            throw wrong(name, what);
        }
        return Optional.ofNullable(type.cast(value));
    }

    private PluginException wrong(String name, String what) {
        return new PluginException(PluginException.Kind.BAD_ANSWER, path(name) + " is not " + what);
    }

    private String path(String name) {
        return where + " " + name;
    }
}
