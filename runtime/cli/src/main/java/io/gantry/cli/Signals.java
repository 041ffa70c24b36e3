package io.gantry.cli;

import java.io.Closeable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Handlers for the process's signals, put back when closed. The JDK catches signals in {@code sun.misc.Signal} only, which
 * javac cannot name without a warning that nothing silences, so that it is reached by reflection.
 */
final class Signals implements Closeable {
    private static final List<String> PROXIED = List.of("HUP", "INT", "QUIT", "TERM", "USR1", "USR2", "ALRM", "CONT");

    private final Class<?> type;
    private final Method handle;
    private final Map<Object, Object> before = new LinkedHashMap<>();

    private Signals(Class<?> type, Method handle) {
        this.type = type;
        this.handle = handle;
    }

    /** Calls {@code action} with the name of each signal that Docker passes on to a container. */
    static Signals forward(Consumer<String> action) {
        return on(PROXIED, action);
    }

    /** Calls {@code action} when the terminal's size changes. */
    static Signals resized(Runnable action) {
        return on(List.of("WINCH"), name -> action.run());
    }

    private static Signals on(List<String> names, Consumer<String> action) {
        try {
            Class<?> type = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Method name = type.getMethod("getName");
            Object handler = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handlerType}, (proxy, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            action.accept((String) name.invoke(arguments[0]));
                        }
                        return null;
                    });
            Signals signals = new Signals(type, type.getMethod("handle", type, handlerType));
            for (String each : names) {
                signals.install(each, handler);
            }
            return signals;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JDK has no sun.misc.Signal (module jdk.unsupported)", e);
        }
    }

    private void install(String name, Object handler) throws ReflectiveOperationException {
        try {
            Object signal = type.getConstructor(String.class).newInstance(name);
            before.put(signal, handle.invoke(null, signal, handler));
        } catch (InvocationTargetException reserved) {
            // the JVM keeps some for itself (QUIT, USR1), and refuses with an IllegalArgumentException
            if (!(reserved.getCause() instanceof IllegalArgumentException)) {
                throw reserved;
            }
        }
    }

    @Override
    public void close() {
        before.forEach((signal, handler) -> {
            try {
                handle.invoke(null, signal, handler);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("cannot put back the handler of " + signal, e);
            }
        });
    }
}
