package io.gantry.network.plugin;

import io.gantry.network.plugin.PluginException.Kind;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Calls one plug-in. Activates it before the first call, and again after it was away. Safe for use by several threads. */
final class PluginClient {
    private final String name;
    private final Discovery discovery;
    private final Deadlines deadlines;
    private final Limits limits;
    private volatile List<String> implemented = List.of();
    private volatile boolean away;

    PluginClient(String name, Discovery discovery, Deadlines deadlines, Limits limits) {
        this.name = name;
        this.discovery = discovery;
        this.deadlines = deadlines;
        this.limits = limits;
    }

    /** How much a call may cost. */
    enum Effort {
        /** Waits for a plug-in that is just starting. */
        PATIENT,
        /** One attempt and little time: for what undoes something, and for what the engine can do without. */
        QUICK
    }

    String name() {
        return name;
    }

    /**
     * Makes a call.
     *
     * @param type the part of the protocol, such as {@code NetworkDriver}
     * @param call such as {@code Join}
     * @param error the member of the answer that holds an error
     */
    Answer call(Effort effort, String type, String call, String error, Map<String, Object> request)
            throws PluginException {
        String method = type + "." + call;
        PluginAddress address = address();
        if (implemented.isEmpty()) {
            activate(effort, address);
        }
        if (!implemented.contains(type)) {
            throw new PluginException(
                    Kind.NOT_IMPLEMENTED,
                    "plugin \"" + name + "\" does not implement " + type + ", but " + String.join(", ", implemented));
        }
        Answer answer = Answer.of(method, exchange(effort, address, method, request));
        Optional<String> refusal = answer.text(error);
        if (refusal.isPresent()) {
            throw new PluginException(Kind.REFUSED, "remote: " + refusal.get());
        }
        return answer;
    }

    private void activate(Effort effort, PluginAddress address) throws PluginException {
        Answer manifest = Answer.of("Plugin.Activate", exchange(effort, address, "Plugin.Activate", Map.of()));
        List<String> types = List.copyOf(manifest.texts("Implements"));
        if (types.isEmpty()) {
            throw new PluginException(
                    Kind.BAD_ANSWER, "plugin \"" + name + "\" says in Plugin.Activate that it implements nothing");
        }
        implemented = types;
    }

    private PluginAddress address() throws PluginException {
        try {
            return discovery
                    .find(name)
                    .orElseThrow(() -> new PluginException(Kind.UNREACHABLE, "plugin \"" + name + "\" not found"));
        } catch (PluginException e) {
            throw e;
        } catch (IOException e) {
            throw new PluginException(Kind.UNREACHABLE, e.getMessage(), e);
        }
    }

    private Map<String, Object> exchange(
            Effort effort, PluginAddress address, String method, Map<String, Object> request) throws PluginException {
        Duration time = effort == Effort.PATIENT ? limits.answer() : limits.cleanUp();
        try (Connection connection = connect(effort, address, method)) {
            Deadlines.Alarm alarm = deadlines.watch(connection, time);
            try {
                Connection.Streams streams = connection.streams();
                HttpPost.send(streams.out(), method, Json.write(request));
                return checked(method, HttpPost.receive(streams.in(), limits.answerBytes()));
            } catch (PluginException e) {
                throw new PluginException(e.kind(), explained(e, method), e);
            } catch (IOException e) {
                throw noAnswer(method, alarm.hasRung(), time, e);
            } finally {
                alarm.cancel();
            }
        } catch (PluginException e) {
            throw e;
        } catch (IOException e) {
            throw new PluginException(Kind.NO_ANSWER, "closing the connection: " + e, e);
        }
    }

    private String explained(PluginException e, String method) {
        return e.kind() == Kind.BAD_ANSWER
                ? "plugin \"" + name + "\" answered " + method + " badly: " + e.getMessage()
                : e.getMessage();
    }

    private PluginException noAnswer(String method, boolean late, Duration time, IOException e) {
        String why = late
                ? "no answer within " + time.toMillis() + " ms"
                : e.getMessage() == null ? e.toString() : e.getMessage();
        return new PluginException(Kind.NO_ANSWER, "plugin \"" + name + "\" did not answer " + method + ": " + why, e);
    }

    private Map<String, Object> checked(String method, HttpPost.Reply reply) throws PluginException {
        if (reply.status() == 200) {
            try {
                return Json.read(reply.body());
            } catch (IOException e) {
                throw new PluginException(Kind.BAD_ANSWER, firstLine(e), e);
            }
        }
        throw new PluginException(
                reply.status() == 404 ? Kind.NOT_IMPLEMENTED : Kind.REFUSED,
                method + ": " + errorOf(reply) + " (status " + reply.status() + ")");
    }

    /** What Docker shows: the member {@code Err} if there is one, else the text itself. */
    private static String errorOf(HttpPost.Reply reply) {
        String text = new String(reply.body(), 0, Math.min(reply.body().length, 1024), StandardCharsets.UTF_8).strip();
        try {
            return Answer.of("", Json.read(reply.body())).text("Err").orElse(text);
        } catch (IOException e) {
            System.getLogger(PluginClient.class.getName()).log(System.Logger.Level.TRACE, "not JSON", e);
            return text;
        }
    }

    private Connection connect(Effort effort, PluginAddress address, String method) throws PluginException {
        boolean patient = effort == Effort.PATIENT && !away;
        long begin = System.nanoTime();
        Duration pause = limits.firstPause();
        while (true) {
            try {
                Connection connection = Connection.to(address, deadlines, limits.cleanUp());
                away = false;
                return connection;
            } catch (IOException e) {
                implemented = List.of();
                Duration next = Duration.ofNanos(System.nanoTime() - begin).plus(pause);
                if (!patient || next.compareTo(limits.patience()) >= 0) {
                    away = true;
                    throw new PluginException(
                            Kind.UNREACHABLE,
                            "cannot reach plugin \"" + name + "\" for " + method + ": " + address + ": "
                                    + e.getMessage(),
                            e);
                }
            }
            pause(pause);
            pause = pause.multipliedBy(2);
        }
    }

    private static void pause(Duration pause) throws PluginException {
        try {
            TimeUnit.NANOSECONDS.sleep(pause.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PluginException(Kind.UNREACHABLE, "interrupted", new InterruptedIOException(e.toString()));
        }
    }

    /** Jackson's first line: the rest is a position within bytes that nobody sees. */
    private static String firstLine(IOException e) {
        String message = String.valueOf(e.getMessage());
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}
