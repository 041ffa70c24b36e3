package io.gantry.network.plugin;

import io.gantry.network.plugin.PluginAddress.TlsFiles;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds plug-ins where Docker does: sockets first, then files that say where a plug-in listens. */
final class Discovery {
    /** Names the directories in place of Docker's, separated as in PATH: first the one of sockets, then those of files. */
    static final String PROPERTY = "gantry.docker-plugins";

    private static final List<String> ENDINGS = List.of(".spec", ".json");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}");
    private static final long LONGEST_FILE = 64 << 10;

    private final Path sockets;
    private final List<Path> files;

    Discovery(Path sockets, List<Path> files) {
        this.sockets = sockets;
        this.files = List.copyOf(files);
    }

    static Discovery standard() {
        String named = System.getProperty(PROPERTY, "/run/docker/plugins:/etc/docker/plugins:/usr/lib/docker/plugins");
        List<Path> paths =
                Stream.of(named.split(File.pathSeparator, -1)).map(Path::of).toList();
        return new Discovery(paths.get(0), paths.subList(1, paths.size()));
    }

    /** All plug-ins that can be found now, dead ones included. */
    Set<String> names() {
        Set<String> names = new TreeSet<>();
        names(names, sockets, ".sock");
        files.forEach(directory -> ENDINGS.forEach(ending -> names(names, directory, ending)));
        return names;
    }

    /** Whether there is something of that name; quicker than {@link #find}, and true for a file that cannot be read. */
    boolean has(String name) {
        return NAME.matcher(name).matches() && source(name).isPresent();
    }

    /**
     * Where the plug-in listens.
     *
     * @throws IOException if its file says nothing usable
     */
    Optional<PluginAddress> find(String name) throws IOException {
        Optional<Path> source = NAME.matcher(name).matches() ? source(name) : Optional.empty();
        if (source.isEmpty()) {
            return Optional.empty();
        }
        Path file = source.get();
        if (file.toString().endsWith(".sock")) {
            return Optional.of(new PluginAddress.Unix(file));
        }
        if (Files.size(file) > LONGEST_FILE) {
            throw new IOException(file + " is longer than " + LONGEST_FILE + " bytes");
        }
        try {
            return Optional.of(file.toString().endsWith(".spec") ? spec(file) : json(file));
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException("cannot use the plug-in file " + file + ": " + e.getMessage(), e);
        }
    }

    private Optional<Path> source(String name) {
        return Stream.concat(
                        candidates(sockets, name, ".sock").filter(Discovery::isSocket),
                        files.stream()
                                .flatMap(directory ->
                                        ENDINGS.stream().flatMap(ending -> candidates(directory, name, ending)))
                                .filter(Files::isRegularFile))
                .findFirst();
    }

    private static Stream<Path> candidates(Path directory, String name, String ending) {
        return Stream.of(
                directory.resolve(name + ending), directory.resolve(name).resolve(name + ending));
    }

    private static PluginAddress spec(Path file) throws IOException {
        return address(Files.readString(file).strip(), Optional.empty());
    }

    private static PluginAddress json(Path file) throws IOException {
        Answer content = Answer.of(file.getFileName().toString(), Json.read(Files.readAllBytes(file)));
        Optional<TlsFiles> tls = Optional.empty();
        Optional<Answer> given = content.object("TLSConfig");
        if (given.isPresent()) {
            Function<String, Path> path = Path::of;
            Optional<Path> authority = given.get().parsed("CAFile", path);
            tls = Optional.of(new TlsFiles(
                    given.get().flag("InsecureSkipVerify") || authority.isEmpty(),
                    authority,
                    given.get().parsed("CertFile", path),
                    given.get().parsed("KeyFile", path)));
        }
        return address(content.text("Addr").orElseThrow(() -> new IOException("it has no Addr")), tls);
    }

    private static PluginAddress address(String text, Optional<TlsFiles> tls) throws IOException {
        URI uri = URI.create(text);
        String scheme = String.valueOf(uri.getScheme());
        if (scheme.equals("unix") && uri.getHost() == null && uri.getPath() != null) {
            return new PluginAddress.Unix(Path.of(uri.getPath()));
        }
        boolean secure = scheme.equals("https");
        if (uri.getHost() == null || !(secure || scheme.equals("http") || scheme.equals("tcp"))) {
            throw new IOException("unknown protocol: \"" + text
                    + "\" is none of unix:///path, tcp://host:port, http://host:port and https://host:port");
        }
        int port = uri.getPort() > 0 ? uri.getPort() : secure ? 443 : 80;
        return new PluginAddress.Tcp(
                uri.getHost().replaceAll("[\\[\\]]", ""),
                port,
                tls.or(() -> secure ? Optional.of(TlsFiles.system()) : Optional.empty()));
    }

    private static void names(Set<String> names, Path directory, String ending) {
        for (Path entry : entries(directory)) {
            String file = entry.getFileName().toString();
            String name = file.endsWith(ending) ? file.substring(0, file.length() - ending.length()) : file;
            Path found = file.endsWith(ending) ? entry : entry.resolve(name + ending);
            if (NAME.matcher(name).matches()
                    && (ending.equals(".sock") ? isSocket(found) : Files.isRegularFile(found))) {
                names.add(name);
            }
        }
    }

    private static List<Path> entries(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return new ArrayList<>(entries.toList());
        } catch (IOException e) {
            System.getLogger(Discovery.class.getName())
                    .log(System.Logger.Level.DEBUG, "cannot look for plug-ins in " + directory, e);
            return List.of();
        }
    }

    private static boolean isSocket(Path file) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return attributes.isOther() && !Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            // It is not there, which is the usual case.
            System.getLogger(Discovery.class.getName()).log(System.Logger.Level.TRACE, "no socket " + file, e);
            return false;
        }
    }
}
