package io.gantry.server.api;

import io.gantry.server.http.Exchange;
import io.gantry.server.http.ResponseStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;

/** Answers with an archive. The answer begins with the first piece of it, so that what fails before gets an error's status; what fails later breaks the connection. */
final class TarAnswer extends OutputStream {
    private static final int PIECE = 64 * 1024;

    private final Exchange exchange;
    private Optional<ResponseStream> stream = Optional.empty();

    private TarAnswer(Exchange exchange) {
        this.exchange = exchange;
    }

    /** Writes an archive. */
    interface Writer {
        void write(OutputStream out) throws IOException;
    }

    static void send(Exchange exchange, Writer writer) throws IOException {
        TarAnswer answer = new TarAnswer(exchange);
        OutputStream out = new BufferedOutputStream(answer, PIECE);
        writer.write(out);
        out.flush();
        answer.begun().close();
    }

    @Override
    public void write(int b) throws IOException {
        begun().write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        begun().write(bytes, offset, length);
    }

    private ResponseStream begun() throws IOException {
        if (stream.isEmpty()) {
            stream = Optional.of(exchange.stream(200, "application/x-tar"));
        }
        return stream.get();
    }
}
