package dev.penstock.storage.s3;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.StoreAccessException;
import dev.penstock.store.ObjectMetadata;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.EncodingType;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/// The objects below a prefix, page after page, in ascending order of key.
///
/// Demand: the next page is asked for when the one before it has been taken; cancel ends the request in flight.
record S3Listing(S3Keys keys, S3Calls calls, S3AsyncClient client, String prefix) {

    Flux<ObjectMetadata> objects() {
        return Flux.defer(() -> {
            Utf16Order order = new Utf16Order();
            return page(null)
                    .expand(page -> Boolean.TRUE.equals(page.isTruncated()) ? page(continuation(page)) : Mono.empty())
                    .concatMapIterable(page -> ordered(page, order))
                    .concatWith(Flux.defer(() -> Flux.fromIterable(order.rest())));
        });
    }

    /// Names come encoded, for XML cannot hold every character that a key may; the SDK decodes them.
    private Mono<ListObjectsV2Response> page(@Nullable String continuation) {
        return calls.mono(
                operation(),
                () -> client.listObjectsV2(list -> list.bucket(keys.bucket())
                        .prefix(keys.prefix() + prefix)
                        .continuationToken(continuation)
                        .encodingType(EncodingType.URL)));
    }

    /// A server that goes on without saying where, or where it was already, would be asked for ever.
    private String continuation(ListObjectsV2Response page) {
        String next = page.nextContinuationToken();
        if (next == null
                || next.equals(page.continuationToken())
                || page.contents().isEmpty()) {
            throw new StoreAccessException(operation()
                    .with("found", "a page that does not lead on")
                    .remedy("check the server: its listing does not end"));
        }
        return next;
    }

    private List<ObjectMetadata> ordered(ListObjectsV2Response page, Utf16Order order) {
        List<ObjectMetadata> objects = new ArrayList<>();
        for (S3Object found : page.contents()) {
            if (!found.key().startsWith(keys.prefix())) {
                throw new StoreAccessException(operation()
                        .with("found", found.key())
                        .remedy("check the server: it lists what was not asked for"));
            }
            String key = found.key().substring(keys.prefix().length());
            if (isRelativePath(key)) {
                try {
                    objects.addAll(order.next(keys.metadata(key, found.size(), found.eTag())));
                } catch (IllegalStateException disorder) {
                    throw new StoreAccessException(
                            operation().remedy("use a bucket that is listed in order, not a directory bucket"),
                            disorder);
                }
            }
        }
        return objects;
    }

    private static boolean isRelativePath(String key) {
        return !("/" + key + "/").matches("(?s).*/\\.{0,2}/.*");
    }

    private FailureMessage operation() {
        return FailureMessage.of("object listing").with("uri", keys.root()).with("prefix", prefix);
    }
}
