package io.gantry.engine.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.engine.Events;
import io.gantry.engine.Health;
import io.gantry.engine.Health.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HealthTest {
    private static WholeEngine whole;

    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private Events.Subscription subscription;

    @BeforeAll
    static void open(@TempDir Path directory) throws IOException {
        whole = WholeEngine.in(directory);
    }

    @AfterAll
    static void close() throws IOException {
        if (whole != null) {
            whole.close();
        }
    }

    @BeforeEach
    void listen() {
        subscription = whole.engine().events().subscribe(event -> {
            if (event.action().startsWith("health_status") || event.action().equals("exec_die")) {
                told.add(event.action());
            }
        });
    }

    @AfterEach
    void removeAll() {
        subscription.close();
        whole.engine()
                .containers()
                .list()
                .forEach(one -> whole.engine().containers().remove(one.id(), true, true));
    }

    @Test
    void becomesHealthyAndUnhealthyAndHealthyAgain() throws Exception {
        String id = start("[\"CMD-SHELL\",\"cat /state; [ ! -e /bad ]\"]", "\"Interval\":20000000,\"Retries\":2");

        awaitEvent("health_status: healthy");
        Health health = health(id).orElseThrow();
        assertThat(health.status()).isEqualTo(Status.HEALTHY);
        assertThat(health.log()).last().satisfies(probe -> {
            assertThat(probe.exitCode()).isZero();
            assertThat(probe.output()).isEqualTo("fine\n");
            assertThat(probe.end()).isAfter(probe.start());
        });

        whole.exec(id, "touch /bad");
        awaitEvent("health_status: unhealthy");
        assertThat(health(id).orElseThrow().failingStreak()).isGreaterThanOrEqualTo(2);
        assertThat(health(id).orElseThrow().log()).hasSizeBetween(2, 5);

        whole.exec(id, "rm /bad");
        awaitEvent("health_status: healthy");

        whole.engine().containers().kill(id, "KILL");
        whole.await(id);
        assertThat(health(id).orElseThrow().status()).isEqualTo(Status.UNHEALTHY);
    }

    @Test
    void failuresInTheStartPeriodDoNotCount() throws Exception {
        String id = start(
                "[\"CMD\",\"false\"]",
                "\"Interval\":20000000,\"Retries\":1,\"StartPeriod\":3600000000000,\"StartInterval\":20000000");

        awaitEvent("exec_die");
        awaitEvent("exec_die");
        awaitEvent("exec_die");

        Health health = health(id).orElseThrow();
        assertThat(health.status()).isEqualTo(Status.STARTING);
        assertThat(health.failingStreak()).isZero();
        assertThat(health.log())
                .isNotEmpty()
                .allSatisfy(probe -> assertThat(probe.exitCode()).isEqualTo(1));
    }

    @Test
    void aTestThatTakesTooLongIsEndedAndHasFailed() throws Exception {
        String id = start("[\"CMD\",\"sleep\",\"1000\"]", "\"Interval\":20000000,\"Timeout\":300000000,\"Retries\":1");

        awaitEvent("health_status: unhealthy");

        assertThat(health(id).orElseThrow().log()).first().satisfies(probe -> {
            assertThat(probe.exitCode()).isEqualTo(-1);
            assertThat(probe.output()).isEqualTo("Health check exceeded timeout (300ms)");
        });
        whole.engine().containers().pause(id);
        whole.engine().containers().unpause(id);
        assertThat(health(id).orElseThrow().status()).isEqualTo(Status.UNHEALTHY);
    }

    @Test
    void aCommandThatIsNotThereHasFailed() throws Exception {
        String id = start("[\"CMD\",\"nosuch\"]", "\"Interval\":20000000,\"Retries\":1");

        awaitEvent("health_status: unhealthy");

        assertThat(health(id).orElseThrow().log().get(0).exitCode()).isNotZero();
        assertThat(health(id).orElseThrow().log().get(0).output()).contains("nosuch");
    }

    @Test
    void oneThatIsNotTestedHasNoHealth() {
        String id = start("[\"NONE\"]", "\"Interval\":20000000");

        assertThat(health(id)).isEmpty();
    }

    @Test
    void anEngineThatIsBegunAnewGoesOn() throws Exception {
        String id = start("[\"CMD\",\"true\"]", "\"Interval\":20000000");
        awaitEvent("health_status: healthy");
        subscription.close();

        whole.reopen();
        told.clear();
        listen();

        awaitEvent("exec_die");
        assertThat(health(id)).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "Interval, 999999, Interval in Healthcheck cannot be less than 1ms",
        "Timeout, -1, Timeout in Healthcheck cannot be less than 1ms",
        "Retries, -1, Retries in Healthcheck cannot be negative",
        "StartPeriod, 1, StartPeriod in Healthcheck cannot be less than 1ms",
        "StartInterval, 1, StartInterval in Healthcheck cannot be less than 1ms"
    })
    void wrongTimesAreRefusedInDockersWords(String field, long value, String message) {
        assertThatThrownBy(() -> create("[\"CMD\",\"true\"]", "\"" + field + "\":" + value))
                .hasMessage(message);
    }

    private static Optional<Health> health(String id) {
        return whole.engine().containers().find(id).health();
    }

    private static String start(String test, String times) {
        String id = create(test, times);
        whole.engine().containers().start(id);
        return id;
    }

    private static String create(String test, String times) {
        return whole.create("{\"Image\":\"" + WholeEngine.IMAGE
                + "\",\"Cmd\":[\"sh\",\"-c\",\"echo fine >/state; sleep 1000\"],\"HostConfig\":{\"NetworkMode\":\"none\"},"
                + "\"Healthcheck\":{\"Test\":" + test + "," + times + "}}");
    }

    private void awaitEvent(String action) throws InterruptedException {
        String event = "";
        while (!event.equals(action)) {
            event = told.poll(30, TimeUnit.SECONDS);
            assertThat(event).as("an event " + action).isNotNull();
        }
    }
}
