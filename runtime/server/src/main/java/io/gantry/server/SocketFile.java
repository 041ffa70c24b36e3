package io.gantry.server;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;

/** The file of a Unix socket. */
final class SocketFile {
    private static final String GROUP = "docker";

    private SocketFile() {}

    /** Makes room: the folder is there, and no file but a socket on which nobody listens was in the way. */
    static void clear(Path socket) throws IOException {
        Path folder = socket.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (isAnswered(socket)) {
            throw new IOException("cannot listen on unix://" + socket + ": another program listens there");
        }
        if (Files.isDirectory(socket, LinkOption.NOFOLLOW_LINKS)
                || Files.isRegularFile(socket, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("cannot listen on unix://" + socket + ": a file that is no socket is in the way");
        }
        Files.delete(socket);
    }

    private static boolean isAnswered(Path socket) {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return false;
        }
    }

    /** Lets the owner and the group {@code docker}, where there is one, connect. */
    static void allow(Path socket) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(socket, PosixFileAttributeView.class);
        try {
            view.setGroup(socket.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(GROUP));
        } catch (UserPrincipalNotFoundException e) {
            // then root alone connects
        }
        view.setPermissions(PosixFilePermissions.fromString("rw-rw----"));
    }
}
