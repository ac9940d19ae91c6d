package dev.penstock.bench.daemon;

import dev.penstock.batch.Batch;
import dev.penstock.bench.daemon.ConsumerProcess.Command;
import dev.penstock.bench.measure.BenchDataset;
import dev.penstock.bench.measure.DeliveryCheck;
import dev.penstock.loader.BatchIterator;
import java.io.EOFException;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.URI;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The child of a [ConsumerProcess]: does what it is told until its input ends.
final class ConsumerMain implements AutoCloseable {

    private Source.@Nullable Opened opened;
    private @Nullable BatchIterator stream;

    private ConsumerMain() {}

    public static void main(String[] arguments) throws IOException, ClassNotFoundException {
        try (ConsumerMain consumer = new ConsumerMain()) {
            ObjectOutputStream answers = new ObjectOutputStream(System.out);
            answers.flush();
            ObjectInputStream commands = new ObjectInputStream(System.in);
            while (true) {
                answers.writeObject(consumer.answer((Command) commands.readObject()));
                answers.flush();
            }
        } catch (EOFException ended) {
            // The parent is done or dead.
        }
    }

    private Object answer(Command command) {
        return switch (command) {
            case Command.Check(Source oneEpoch, URI dataset) -> check(oneEpoch, dataset);
            case Command.Open(Source source) -> open(source);
            case Command.Take(long untimed, long timed) -> {
                Consumption.of(requireStream(), untimed);
                yield Consumption.of(requireStream(), timed);
            }
            case Command.HandOff(int untimed, int timed, long workNanos) -> {
                handOff(untimed, workNanos);
                yield handOff(timed, workNanos);
            }
            case Command.Attach(Source source, int times) -> attach(source, times);
        };
    }

    private static boolean check(Source oneEpoch, URI location) {
        try (BenchDataset dataset = BenchDataset.at(location);
                Source.Opened source = oneEpoch.open();
                BatchIterator batches = source.batches().iterator()) {
            DeliveryCheck check = new DeliveryCheck(dataset.index());
            while (batches.hasNext()) {
                try (Batch batch = batches.next()) {
                    check.check(batch);
                }
            }
            check.requireComplete();
            return true;
        }
    }

    private boolean open(Source source) {
        close();
        opened = source.open();
        stream = opened.batches().iterator();
        return true;
    }

    private BatchIterator requireStream() {
        if (stream == null) {
            throw new IllegalStateException("no stream was opened");
        }
        return stream;
    }

    private HandOffTimes handOff(int count, long workNanos) {
        HandOffTimes times = new HandOffTimes();
        BatchIterator batches = requireStream();
        for (int i = 0; i < count; i++) {
            long askedAtNanos = System.nanoTime();
            try (Batch batch = batches.next()) {
                times.record(askedAtNanos, batch.readyNanos(), System.nanoTime());
                if (workNanos > 0) {
                    LockSupport.parkNanos(workNanos);
                }
            }
        }
        return times;
    }

    private long[] attach(Source source, int times) {
        close();
        long[] nanos = new long[times];
        for (int i = 0; i < times; i++) {
            long beganNanos = System.nanoTime();
            try (Source.Opened opened = source.open();
                    BatchIterator batches = opened.batches().iterator();
                    Batch first = batches.next()) {
                first.slot();
                nanos[i] = System.nanoTime() - beganNanos;
            }
        }
        return nanos;
    }

    @Override
    public void close() {
        if (stream != null) {
            stream.close();
            stream = null;
        }
        if (opened != null) {
            opened.close();
            opened = null;
        }
    }
}
