package dev.penstock.loader;

import dev.penstock.batch.Batch;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/// The publisher over a feed: each subscription opens one, and takes from it on a thread of its own, on demand.
public final class BatchFlux {

    private BatchFlux() {}

    /// @param feeds opens a feed; the subscription closes it
    public static Flux<Batch> of(Supplier<? extends BatchFeed> feeds) {
        return Flux.defer(() -> {
            Scheduler scheduler = Schedulers.newSingle("penstock-delivery", true);
            return Flux.<Batch, BatchFeed>generate(
                            feeds::get,
                            (feed, sink) -> {
                                try {
                                    WaitEvent event = WaitEvent.begun();
                                    Batch batch = feed.take();
                                    if (event != null && batch != null) {
                                        event.ended(batch);
                                    }
                                    if (batch == null) {
                                        sink.complete();
                                    } else {
                                        sink.next(batch);
                                    }
                                } catch (InterruptedException cancelled) {
                                    sink.complete();
                                } catch (RuntimeException failure) {
                                    sink.error(failure);
                                }
                                return feed;
                            },
                            BatchFeed::close)
                    .subscribeOn(scheduler)
                    .doFinally(signal -> scheduler.dispose());
        });
    }
}
