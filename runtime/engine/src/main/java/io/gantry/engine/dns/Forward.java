package io.gantry.engine.dns;

import io.gantry.engine.dns.EventLoop.Timer;
import io.gantry.engine.dns.Request.Code;
import io.gantry.engine.dns.Request.Query;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A question that is sent on: to one server after the other, the next as soon as one refuses, cannot be reached, or is silent for a second, so that
 * a dead server delays an answer little. The first good answer is passed on as it came. For the loop's thread.
 */
final class Forward {
    private static final int PATIENCE_MILLIS = 1_000;
    private static final int LIMIT_MILLIS = 4_000;

    private final Query query;
    private final boolean tcp;
    private final List<Upstream> servers;
    private final Environment environment;
    private final Consumer<byte[]> reply;
    private final Set<Attempt> attempts = new HashSet<>();
    private final List<Timer> timers = new ArrayList<>();
    private int next;
    private boolean done;

    /** What a question needs of the sandbox it came from. */
    interface Environment {
        /** Begins to ask a server. */
        Attempt ask(Upstream server, Query query, boolean tcp, Forward forward);

        /** Has work done later. */
        Timer after(int millis, Runnable work);

        /** A server did not answer in time. */
        void silent(Upstream server);

        /** The question is dealt with. */
        void ended(Forward forward);
    }

    /** One server that is being asked. */
    interface Attempt {
        /** Whom. */
        Upstream server();

        /** Stops waiting. */
        void close();
    }

    Forward(Query query, boolean tcp, List<Upstream> servers, Environment environment, Consumer<byte[]> reply) {
        this.query = query;
        this.tcp = tcp;
        this.servers = servers;
        this.environment = environment;
        this.reply = reply;
    }

    void start() {
        askNext();
    }

    /** A server has answered. */
    void answered(Attempt attempt, byte[] answer) {
        int code = answer[3] & 0x0F;
        if (code == Code.FAILURE || code == Code.REFUSED) {
            failed(attempt);
            return;
        }
        attempts.remove(attempt);
        attempt.close();
        ByteBuffer.wrap(answer).putShort(0, (short) query.id());
        end(answer);
    }

    /** A server cannot be asked, or says that it cannot answer. */
    void failed(Attempt attempt) {
        attempt.close();
        if (attempts.remove(attempt) && !done) {
            askNext();
        }
    }

    /** Whether a packet is an answer to a question that was sent with a number. */
    static boolean isAnswer(byte[] packet, Query query, int number) {
        if (packet.length < Request.HEADER) {
            return false;
        }
        ByteBuffer view = ByteBuffer.wrap(packet);
        int flags = Short.toUnsignedInt(view.getShort(2));
        if (Short.toUnsignedInt(view.getShort(0)) != number || (flags & Request.RESPONSE) == 0) {
            return false;
        }
        boolean withoutQuestion = view.getShort(4) == 0 && (flags & 0x0F) != 0;
        return withoutQuestion || sameQuestion(packet, query);
    }

    /** Lets go of everything without a word. */
    void abandon() {
        done = true;
        timers.forEach(Timer::cancel);
        attempts.forEach(Attempt::close);
        attempts.clear();
    }

    private static boolean sameQuestion(byte[] packet, Query query) {
        if (packet.length < query.questionEnd()) {
            return false;
        }
        for (int i = Request.HEADER; i < query.questionEnd(); i++) {
            if (folded(packet[i]) != folded(query.packet()[i])) {
                return false;
            }
        }
        return true;
    }

    private static int folded(byte value) {
        return value >= 'A' && value <= 'Z' ? value + ('a' - 'A') : value;
    }

    private void askNext() {
        if (next == servers.size()) {
            if (attempts.isEmpty()) {
                end(Reply.failure(query, Code.FAILURE));
            }
            return;
        }
        Upstream server = servers.get(next++);
        Attempt attempt = environment.ask(server, query, tcp, this);
        attempts.add(attempt);
        int asked = next;
        timers.add(environment.after(PATIENCE_MILLIS, () -> {
            if (attempts.contains(attempt)) {
                environment.silent(server);
                if (next == asked) {
                    askNext();
                }
            }
        }));
        timers.add(environment.after(LIMIT_MILLIS, () -> {
            if (attempts.contains(attempt)) {
                failed(attempt);
            }
        }));
    }

    private void end(byte[] answer) {
        if (!done) {
            abandon();
            environment.ended(this);
            reply.accept(answer);
        }
    }
}
