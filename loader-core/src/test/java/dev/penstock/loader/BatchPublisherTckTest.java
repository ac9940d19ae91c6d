package dev.penstock.loader;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.penstock.batch.Batch;
import dev.penstock.index.DatasetIndex;
import dev.penstock.laws.LawDatasets;
import dev.penstock.laws.RoundRobinAssigner;
import dev.penstock.memory.PageLocking;
import dev.penstock.store.DirectoryStore;
import dev.penstock.store.ObjectStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Publisher;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.TestEnvironment;
import org.testng.SkipException;
import org.testng.annotations.Test;
import reactor.core.publisher.Flux;

/// The Reactive Streams TCK over [Loader#batches()]; its TestNG methods become JUnit tests.
class BatchPublisherTckTest {

    private static final long TIMEOUT_MILLIS = 2000;

    /// Long enough to see a signal that must not come, short enough to wait for in every test.
    private static final long NO_SIGNAL_MILLIS = 50;

    @TempDir
    private Path scratch;

    @TestFactory
    Stream<DynamicTest> obeysTheReactiveStreamsRules() throws Exception {
        Path shards = Files.createDirectories(scratch.resolve("shards"));
        ObjectStore store = new DirectoryStore(shards);
        LawDatasets.pack(scratch, store);
        DatasetIndex index = DatasetIndex.open(store);
        Verification verification = new Verification(index, store);
        return Arrays.stream(PublisherVerification.class.getMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(method -> dynamicTest(method.getName(), () -> verification.run(method)));
    }

    private static final class Verification extends PublisherVerification<Batch> {

        private final DatasetIndex index;
        private final ObjectStore store;
        private final List<Loader> loaders = new ArrayList<>();

        Verification(DatasetIndex index, ObjectStore store) {
            super(new TestEnvironment(TIMEOUT_MILLIS, NO_SIGNAL_MILLIS));
            this.index = index;
            this.store = store;
        }

        void run(Method method) throws Throwable {
            setUp();
            try {
                method.invoke(this);
            } catch (InvocationTargetException failure) {
                if (failure.getCause() instanceof SkipException skipped) {
                    Assumptions.abort(skipped.getMessage());
                }
                throw failure.getCause();
            } finally {
                loaders.forEach(Loader::close);
                loaders.clear();
            }
        }

        @Override
        public Publisher<Batch> createPublisher(long elements) {
            Loader loader = Loader.open(
                    index,
                    store,
                    LoaderConfig.builder(() -> new RoundRobinAssigner(4))
                            .batchSize(1)
                            .steps(Math.max(1, elements))
                            .blockBytes(LawDatasets.BLOCK_BYTES)
                            .ramBytes(1 << 20)
                            .slotBytes(1 << 20)
                            .pageLocking(PageLocking.OFF)
                            .build());
            loaders.add(loader);
            return elements == 0 ? Flux.empty() : loader.batches().doOnNext(Batch::close);
        }

        @Override
        public Publisher<Batch> createFailedPublisher() {
            return Flux.defer(() -> Flux.error(new IllegalStateException("a loader that cannot open its stream")));
        }
    }
}
