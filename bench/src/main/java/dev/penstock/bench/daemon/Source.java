package dev.penstock.bench.daemon;

import dev.penstock.bench.measure.BenchDataset;
import dev.penstock.cli.option.AttachOptions;
import dev.penstock.daemon.client.ReconnectPolicy;
import dev.penstock.daemon.client.RemoteLoader;
import dev.penstock.daemon.protocol.AttachRequest;
import dev.penstock.loader.BatchSource;
import dev.penstock.loader.Loader;
import java.io.Serializable;
import java.net.URI;
import java.nio.file.Path;
import java.util.TreeMap;

/// Where a [ConsumerProcess] gets its batches. Travels to it, and is opened there.
sealed interface Source extends Serializable {

    /// Opens it in this process; the caller closes.
    Opened open();

    /// An open source, and what must be closed after it.
    record Opened(BatchSource batches, Runnable afterwards) implements AutoCloseable {

        @Override
        public void close() {
            batches.close();
            afterwards.run();
        }
    }

    /// A loader in the consumer's own process.
    ///
    /// @param options as a daemon's client sends them
    record InProcess(URI uri, TreeMap<String, String> options, long ramBytes, long slotBytes) implements Source {

        @Override
        public Opened open() {
            BenchDataset dataset = BenchDataset.at(uri);
            Loader loader = Loader.open(
                    dataset.index(),
                    dataset.store(),
                    AttachOptions.parse(options)
                            .ramBytes(ramBytes)
                            .slotBytes(slotBytes)
                            .build());
            return new Opened(loader, dataset::close);
        }
    }

    /// A daemon's stream.
    ///
    /// @param credits batches that may be out
    record Attached(String socket, String job, URI uri, TreeMap<String, String> options, int credits, long slotBytes)
            implements Source {

        @Override
        public Opened open() {
            AttachRequest request = AttachRequest.of(job, uri.toString(), options)
                    .withCredits(credits)
                    .withSlotBytes(slotBytes);
            return new Opened(RemoteLoader.attach(Path.of(socket), request, ReconnectPolicy.never()), () -> {});
        }
    }
}
