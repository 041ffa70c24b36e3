package io.gantry.engine.catalogue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Makes a plug-in's JAR from source text, and spoils it where a test wants it spoilt. */
final class PluginJar {
    private final Map<String, String> sources = new LinkedHashMap<>();
    private final Map<String, byte[]> extra = new TreeMap<>();
    private final Map<DriverKind, List<String>> services = new HashMap<>();
    private final Map<String, byte[]> replaced = new HashMap<>();
    private final Manifest manifest = new Manifest();

    PluginJar() {
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    }

    /** A class by its full name, left out of the JAR if {@link #without} says so. */
    PluginJar source(String className, String text) {
        sources.put(className, text);
        return this;
    }

    /** Compiles a provider and declares it. */
    PluginJar provider(ProviderSource provider) {
        return source(provider.className(), provider.text()).service(provider.kind(), provider.className());
    }

    /** A line of a service file. */
    PluginJar service(DriverKind kind, String line) {
        services.computeIfAbsent(kind, any -> new ArrayList<>()).add(line);
        return this;
    }

    PluginJar attribute(String name, String value) {
        manifest.getMainAttributes().putValue(name, value);
        return this;
    }

    /** Any file. */
    PluginJar file(String name, byte[] content) {
        extra.put(name, content);
        return this;
    }

    /** Compiles against this class but does not ship it. */
    PluginJar without(String className) {
        replaced.put(className, new byte[0]);
        return this;
    }

    /** Ships this text's class in place of the one compiled against. */
    PluginJar replacing(String className, String text) throws IOException {
        replaced.put(className, compile(Map.of(className, text)).get(className));
        return this;
    }

    Path write(Path jar) throws IOException {
        Map<String, byte[]> classes = compile(sources);
        classes.putAll(replaced);
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            for (Map.Entry<String, byte[]> type : classes.entrySet()) {
                if (type.getValue().length > 0) {
                    put(out, type.getKey().replace('.', '/') + ".class", type.getValue());
                }
            }
            for (Map.Entry<DriverKind, List<String>> service : services.entrySet()) {
                String lines = String.join("\n", service.getValue()) + "\n";
                put(out, service.getKey().serviceFile(), lines.getBytes(StandardCharsets.UTF_8));
            }
            for (Map.Entry<String, byte[]> one : extra.entrySet()) {
                put(out, one.getKey(), one.getValue());
            }
        }
        return jar;
    }

    /** The class with another class file version. */
    static byte[] withVersion(byte[] classFile, int major) {
        byte[] changed = Arrays.copyOf(classFile, classFile.length);
        changed[6] = (byte) (major >> 8);
        changed[7] = (byte) major;
        return changed;
    }

    private static void put(JarOutputStream out, String name, byte[] content) throws IOException {
        out.putNextEntry(new JarEntry(name));
        out.write(content);
        out.closeEntry();
    }

    static Map<String, byte[]> compile(Map<String, String> sources) throws IOException {
        Map<String, ByteArrayOutputStream> classes = new TreeMap<>();
        if (!sources.isEmpty()) {
            JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
            DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
            try (StandardJavaFileManager files = compiler.getStandardFileManager(diagnostics, null, null)) {
                List<JavaFileObject> units = new ArrayList<>();
                sources.forEach((name, text) -> units.add(new Source(name, text)));
                List<String> options =
                        List.of("-proc:none", "-classpath", System.getProperty("java.class.path"), "--release", "17");
                if (!compiler.getTask(null, new InMemory(files, classes), diagnostics, options, null, units)
                        .call()) {
                    throw new IllegalStateException(
                            "the test's source does not compile: " + diagnostics.getDiagnostics());
                }
            }
        }
        Map<String, byte[]> result = new TreeMap<>();
        classes.forEach((name, bytes) -> result.put(name, bytes.toByteArray()));
        return result;
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String className, String text) {
            super(URI.create("string:///" + className.replace('.', '/') + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private static final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
        private final Map<String, ByteArrayOutputStream> classes;

        InMemory(JavaFileManager files, Map<String, ByteArrayOutputStream> classes) {
            super(files);
            this.classes = classes;
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            classes.put(className, bytes);
            return new SimpleJavaFileObject(URI.create("bytes:///" + className), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return bytes;
                }
            };
        }
    }
}
