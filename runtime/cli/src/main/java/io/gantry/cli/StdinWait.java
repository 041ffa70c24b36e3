package io.gantry.cli;

import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;

/**
 * Waits until standard input is readable, or until woken. A thread that sits in {@code read(2)} when the JVM ends costs
 * 300 ms, as HotSpot waits for it; one that waits in {@code epoll_wait(2)} beside an eventfd can be called back. The
 * JDK has both but offers neither for file descriptor 0, so its own classes are used through reflection (the launcher opens them); where that fails, {@link #await} returns at once and the read blocks.
 */
final class StdinWait implements Closeable {
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLLIN = 1;

    private final Object wake;
    private final Method set;
    private final Method wait;
    private final int epoll;
    private final long events;
    private volatile boolean woken;

    private StdinWait(Object wake, Method set, Method wait, int epoll, long events) {
        this.wake = wake;
        this.set = set;
        this.wait = wait;
        this.epoll = epoll;
        this.events = events;
    }

    static StdinWait open() {
        try {
            Class<?> epollClass = Class.forName("sun.nio.ch.EPoll");
            Class<?> eventClass = Class.forName("sun.nio.ch.EventFD");
            Constructor<?> make = eventClass.getDeclaredConstructor();
            make.setAccessible(true);
            Object wake = make.newInstance();
            int epoll = (int) method(epollClass, "create").invoke(null);
            long events =
                    (long) method(epollClass, "allocatePollArray", int.class).invoke(null, 2);
            Method control = method(epollClass, "ctl", int.class, int.class, int.class, int.class);
            int descriptor = (int) method(eventClass, "efd").invoke(wake);
            boolean watched = (int) control.invoke(null, epoll, EPOLL_CTL_ADD, descriptor, EPOLLIN) == 0
                    // a regular file or /dev/null refuses, and never blocks
                    && (int) control.invoke(null, epoll, EPOLL_CTL_ADD, 0, EPOLLIN) == 0;
            Method wait = method(epollClass, "wait", int.class, long.class, int.class, int.class);
            return watched
                    ? new StdinWait(wake, method(eventClass, "set"), wait, epoll, events)
                    : new StdinWait(null, null, null, -1, 0);
        } catch (ReflectiveOperationException | RuntimeException e) {
            return new StdinWait(null, null, null, -1, 0);
        }
    }

    private static Method method(Class<?> type, String name, Class<?>... parameters) throws NoSuchMethodException {
        Method method = type.getDeclaredMethod(name, parameters);
        method.setAccessible(true);
        return method;
    }

    /** False once woken: do not read. */
    boolean await() throws IOException {
        if (wait != null && !woken) {
            try {
                wait.invoke(null, epoll, events, 2, -1);
            } catch (ReflectiveOperationException e) {
                throw new IOException("cannot wait for standard input: " + e.getCause(), e);
            }
        }
        return !woken;
    }

    /** Ends the waiting for good. */
    @Override
    public void close() {
        woken = true;
        if (set != null) {
            try {
                set.invoke(wake);
            } catch (ReflectiveOperationException e) {
                // the process is about to end; it will take longer
            }
        }
    }
}
