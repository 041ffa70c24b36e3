package io.gantry.server.testing;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Optional;

/** An interface of which a test gives only the methods it needs; all others fail. */
public final class Stub {
    private Stub() {}

    /** An object of this type whose calls go to the public methods of the same name and parameters that {@code given} has. */
    public static <T> T of(Class<T> type, Object given) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> call(given, method, arguments)));
    }

    private static Object call(Object given, Method method, Object[] arguments) throws Throwable {
        Optional<Method> found = Arrays.stream(given.getClass().getDeclaredMethods())
                .filter(each -> each.getName().equals(method.getName())
                        && Arrays.equals(each.getParameterTypes(), method.getParameterTypes()))
                .findFirst();
        if (found.isEmpty()) {
            throw new UnsupportedOperationException("the stub has no " + method);
        }
        found.get().setAccessible(true);
        try {
            return found.get().invoke(given, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
