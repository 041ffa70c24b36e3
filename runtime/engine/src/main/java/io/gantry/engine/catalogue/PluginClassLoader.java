package io.gantry.engine.catalogue;

import io.gantry.spi.DriverProvider;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;

/**
 * The class loader of one plug-in. The JDK's {@code java.*} comes from the JDK, the {@link #SHARED} packages come from the engine, and everything else comes from the
 * plug-in's own JARs first and from the JDK's other modules second. The engine's libraries are not visible, so that a plug-in may bring any version of any library.
 *
 * <p>Safe for use by several threads. Closing it releases the JARs; classes that were not loaded by then can no longer be.
 */
final class PluginClassLoader extends URLClassLoader {
    /** Packages whose classes must be the engine's, each with the reason. Keep it short: what is listed here, a plug-in cannot have in a version of its own. */
    static final List<String> SHARED = List.of(
            // The contract itself: the engine and the plug-in must mean the same classes.
            "io.gantry.spi.",
            // Kernel access. It holds native descriptors and call tables that exist once per process.
            "io.gantry.linux.",
            // The bindings beneath it. Each further copy maps the native library again and costs 170 ms, or fails to
            // load.
            "jnr.",
            "com.kenai.jffi.",
            // Logging, so that what a plug-in logs ends up in the engine's log.
            "org.slf4j.");

    static {
        registerAsParallelCapable();
    }

    private final ClassLoader engine = DriverProvider.class.getClassLoader();

    PluginClassLoader(PluginFiles files) {
        super(files.location().getFileName().toString(), urls(files.jars()), ClassLoader.getPlatformClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> type = findLoadedClass(name);
            if (type == null) {
                type = find(name);
            }
            if (resolve) {
                resolveClass(type);
            }
            return type;
        }
    }

    private Class<?> find(String name) throws ClassNotFoundException {
        if (name.startsWith("java.")) {
            return getParent().loadClass(name);
        }
        if (isShared(name)) {
            try {
                return engine.loadClass(name);
            } catch (ClassNotFoundException e) {
                // The engine has no such part of the library (jnr-posix, say): the plug-in may bring that part.
                return findClass(name);
            }
        }
        try {
            return findClass(name);
        } catch (ClassNotFoundException e) {
            return getParent().loadClass(name);
        }
    }

    @Override
    public URL getResource(String name) {
        URL own = findResource(name);
        return own != null ? own : getParent().getResource(name);
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        List<URL> all = new ArrayList<>(Collections.list(findResources(name)));
        all.addAll(Collections.list(getParent().getResources(name)));
        return Collections.enumeration(all);
    }

    private static boolean isShared(String className) {
        return SHARED.stream().anyMatch(className::startsWith);
    }

    private static URL[] urls(List<Path> jars) {
        return jars.stream().map(PluginClassLoader::url).toArray(URL[]::new);
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalStateException("a file has a URL: " + jar, e);
        }
    }
}
