package dev.penstock.bench.s3server;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Base64;
import java.util.Map;
import java.util.NavigableMap;

/// One page of a bucket's keys: `ListObjectsV2`.
///
/// A continuation token is the last key of the page before, in Base64.
final class Listing {

    private static final String ROOT = "ListBucketResult";

    private Listing() {}

    static Answer page(NavigableMap<String, StoredEntry> bucket, RequestTarget target, int mostKeys) {
        if (target.has("delimiter") || !target.parameter("list-type").orElse("").equals("2")) {
            throw new RefusedException(S3Error.NOT_IMPLEMENTED);
        }
        String prefix = target.parameter("prefix").orElse("");
        String after = target.parameter("continuation-token")
                .map(token -> new String(Base64.getUrlDecoder().decode(token), UTF_8))
                .or(() -> target.parameter("start-after"))
                .orElse("");
        int pageKeys = target.parameter("max-keys").map(Integer::parseInt).orElse(mostKeys);
        boolean encoded = target.parameter("encoding-type").orElse("").equals("url");

        Xml page = new Xml().open(ROOT).element("Name", target.bucket());
        page.element("Prefix", text(prefix, encoded)).element("MaxKeys", pageKeys);
        int keys = 0;
        String last = "";
        boolean more = false;
        for (Map.Entry<String, StoredEntry> entry : bucket.tailMap(after, false).entrySet()) {
            if (!entry.getKey().startsWith(prefix)) {
                continue;
            }
            if (keys == Math.min(pageKeys, mostKeys)) {
                more = true;
                break;
            }
            last = entry.getKey();
            keys++;
            add(page, text(last, encoded), entry.getValue());
        }
        page.element("KeyCount", keys).element("IsTruncated", more);
        if (encoded) {
            page.element("EncodingType", "url");
        }
        if (more) {
            page.element("NextContinuationToken", Base64.getUrlEncoder().encodeToString(last.getBytes(UTF_8)));
        }
        return Answer.of(HttpResponseStatus.OK, page.close(ROOT).content())
                .with(HttpHeaderNames.CONTENT_TYPE, "application/xml");
    }

    private static void add(Xml page, String key, StoredEntry entry) {
        page.open("Contents")
                .element("Key", key)
                .element("LastModified", entry.modified())
                .element("ETag", entry.content().eTag())
                .element("Size", entry.content().sizeBytes())
                .element("StorageClass", "STANDARD")
                .close("Contents");
    }

    private static String text(String key, boolean encoded) {
        return encoded ? RequestTarget.encoded(key) : key;
    }
}
