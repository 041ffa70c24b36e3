package io.gantry.tck.storage;

import io.gantry.tck.storage.ConformanceCase.Outcome;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;
import org.opentest4j.TestAbortedException;

/** Notes how each case of a {@link StorageDriverContract} went, and writes it down when the class is through. */
final class ConformanceReport
        implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, TestWatcher, AfterAllCallback {
    private static final ExtensionContext.Namespace OURS = ExtensionContext.Namespace.create(ConformanceReport.class);
    private static final String RECORD = "record";
    private static final String BEGAN = "began";

    @Override
    public void beforeAll(ExtensionContext context) {
        ProcessHandle process = ProcessHandle.current();
        String run = process.pid()
                + process.info().startInstant().map(at -> "@" + at).orElse("");
        context.getStore(OURS)
                .put(
                        RECORD,
                        new ConformanceRecord(context.getRequiredTestClass().getName(), run));
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        context.getStore(OURS).put(BEGAN, System.nanoTime());
        describe(context);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        describe(context);
    }

    @Override
    public void testSuccessful(ExtensionContext context) {
        add(context, Outcome.PASSED, "");
    }

    @Override
    public void testAborted(ExtensionContext context, Throwable cause) {
        if (cause instanceof NotOfferedException missing) {
            add(context, Outcome.NOT_OFFERED, missing.what());
        } else {
            add(context, Outcome.SKIPPED, String.valueOf(cause.getMessage()));
        }
    }

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        add(context, Outcome.FAILED, cause.toString());
    }

    @Override
    public void testDisabled(ExtensionContext context, Optional<String> reason) {
        add(context, Outcome.SKIPPED, reason.orElse("disabled"));
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        context.getExecutionException().ifPresent(cause -> addAll(context, cause));
        record(context).write(Path.of(System.getProperty("gantry.tck.report", "target/conformance")));
    }

    /** What ended the class before its first case. */
    private static void addAll(ExtensionContext context, Throwable cause) {
        try {
            Constructor<?> constructor = context.getRequiredTestClass().getDeclaredConstructor();
            constructor.setAccessible(true);
            ((StorageDriverContract) constructor.newInstance()).facts().forEach(record(context)::fact);
        } catch (ReflectiveOperationException | RuntimeException e) {
            cause.addSuppressed(e);
        }
        Outcome outcome = cause instanceof TestAbortedException ? Outcome.SKIPPED : Outcome.FAILED;
        record(context)
                .add(new ConformanceCase(
                        context.getRequiredTestClass().getSimpleName(),
                        "allOfIt",
                        outcome,
                        String.valueOf(cause.getMessage()),
                        1,
                        Duration.ZERO));
    }

    private static void describe(ExtensionContext context) {
        if (context.getRequiredTestInstance() instanceof StorageDriverContract contract) {
            contract.facts().forEach(record(context)::fact);
        }
    }

    private static void add(ExtensionContext context, Outcome outcome, String reason) {
        Method method = context.getRequiredTestMethod();
        Long began = context.getStore(OURS).get(BEGAN, Long.class);
        record(context)
                .add(new ConformanceCase(
                        method.getDeclaringClass().getSimpleName(),
                        method.getName(),
                        outcome,
                        reason,
                        1,
                        began == null ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - began)));
    }

    private static ConformanceRecord record(ExtensionContext context) {
        return context.getStore(OURS).get(RECORD, ConformanceRecord.class);
    }
}
