package dev.penstock.storage.s3;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/// An S3 server in this process, with one bucket named `bucket`: it verifies signatures, serves ranges, lists in pages
/// of three keys in order of UTF-8, and joins parts.
///
/// A fault answers in place of the server until it says that it has not.
final class S3Server implements AutoCloseable {

    static final String ACCESS_KEY = "AKIATESTTESTTEST";
    static final String SECRET_KEY = "a-secret-that-nobody-may-see";

    private static final int KEYS_PER_PAGE = 3;
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");
    private static final Pattern PART = Pattern.compile("<PartNumber>(\\d+)</PartNumber>");

    static {
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    /// Something that goes wrong on the way.
    @FunctionalInterface
    interface Fault {

        /// Answers, and returns true; or leaves the request to the server.
        boolean answers(HttpExchange exchange) throws IOException;
    }

    /// One object.
    record Stored(byte[] bytes, String eTag) {}

    private record Upload(String key, SortedMap<Integer, byte[]> parts) {}

    private final HttpServer http;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final SortedMap<String, Stored> objects = new ConcurrentSkipListMap<>(
            Comparator.comparing(key -> HexFormat.of().formatHex(key.getBytes(UTF_8))));
    private final Map<String, Upload> uploads = new ConcurrentHashMap<>();
    private final AtomicInteger nextUpload = new AtomicInteger();
    private final AtomicReference<Fault> fault = new AtomicReference<>(_ -> false);
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final SigV4 signatures = new SigV4(ACCESS_KEY, SECRET_KEY);

    private S3Server(HttpServer http) {
        this.http = http;
        http.createContext("/", this::answer);
        http.setExecutor(threads);
        http.start();
    }

    static S3Server start() {
        try {
            return new S3Server(HttpServer.create(anyPort(), 0));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static S3Server startWithTls(SSLContext context) throws IOException {
        HttpsServer https = HttpsServer.create(anyPort(), 0);
        https.setHttpsConfigurator(new HttpsConfigurator(context));
        return new S3Server(https);
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    URI endpoint() {
        String scheme = http instanceof HttpsServer ? "https" : "http";
        return URI.create(scheme + "://localhost:" + http.getAddress().getPort());
    }

    void put(String key, byte[] bytes) {
        objects.put(key, stored(bytes));
    }

    SortedMap<String, Stored> objects() {
        return objects;
    }

    int unfinishedUploads() {
        return uploads.size();
    }

    /// Method, path and query of every request so far.
    List<String> requests() {
        return requests;
    }

    void fail(Fault next) {
        fault.set(next);
    }

    /// Answers one request with an error, as S3 words it.
    static boolean error(HttpExchange exchange, int status, String code) throws IOException {
        // A server that repeats what it refuses, as some do.
        String message = exchange.getRequestHeaders().entrySet() + "X-Amz-Signature " + SECRET_KEY;
        byte[] body = ("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>" + code + "</Code><Message>"
                        + message.replace("<", "").replace("&", "") + "</Message><RequestId>R1</RequestId></Error>")
                .getBytes(UTF_8);
        send(exchange, status, body);
        return true;
    }

    @Override
    public void close() {
        http.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            if (fault.get().answers(exchange)) {
                return;
            }
            byte[] body = exchange.getRequestBody().readAllBytes();
            String refusal = signatures.refusal(exchange, body);
            if (refusal != null) {
                error(exchange, 403, refusal);
                return;
            }
            String path = decode(exchange.getRequestURI().getRawPath());
            if (!path.equals("/bucket") && !path.startsWith("/bucket/")) {
                error(exchange, 404, "NoSuchBucket");
                return;
            }
            String key = path.length() <= "/bucket/".length() ? "" : path.substring("/bucket/".length());
            Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
            serve(exchange, key, query, plain(exchange, body));
        }
    }

    private void serve(HttpExchange exchange, String key, Map<String, String> query, byte[] body) throws IOException {
        switch (exchange.getRequestMethod()) {
            case "GET" -> {
                if (key.isEmpty()) {
                    list(exchange, query);
                } else {
                    get(exchange, key);
                }
            }
            case "HEAD" -> {
                Stored found = objects.get(key);
                if (found == null) {
                    exchange.sendResponseHeaders(404, -1);
                } else {
                    exchange.getResponseHeaders().set("ETag", found.eTag());
                    exchange.getResponseHeaders().set("Content-Length", "" + found.bytes().length);
                    exchange.sendResponseHeaders(200, -1);
                }
            }
            case "PUT" -> {
                Stored stored = stored(body);
                if (query.containsKey("uploadId")) {
                    uploads.get(query.get("uploadId")).parts().put(Integer.parseInt(query.get("partNumber")), body);
                } else {
                    objects.put(key, stored);
                }
                exchange.getResponseHeaders().set("ETag", stored.eTag());
                send(exchange, 200, new byte[0]);
            }
            case "POST" -> {
                if (query.containsKey("uploads")) {
                    String id = "upload-" + nextUpload.getAndIncrement();
                    uploads.put(id, new Upload(key, new TreeMap<>()));
                    send(
                            exchange,
                            200,
                            ("<InitiateMultipartUploadResult><UploadId>" + id
                                            + "</UploadId></InitiateMultipartUploadResult>")
                                    .getBytes(UTF_8));
                } else {
                    Stored whole = join(uploads.remove(query.get("uploadId")), new String(body, UTF_8));
                    objects.put(key, whole);
                    send(
                            exchange,
                            200,
                            ("<CompleteMultipartUploadResult><ETag>" + whole.eTag()
                                            + "</ETag></CompleteMultipartUploadResult>")
                                    .getBytes(UTF_8));
                }
            }
            case "DELETE" -> {
                uploads.remove(query.get("uploadId"));
                exchange.sendResponseHeaders(204, -1);
            }
            default -> error(exchange, 405, "MethodNotAllowed");
        }
    }

    private void get(HttpExchange exchange, String key) throws IOException {
        Stored found = objects.get(key);
        if (found == null) {
            error(exchange, 404, "NoSuchKey");
            return;
        }
        String wanted = exchange.getRequestHeaders().getFirst("If-Match");
        if (wanted != null && !wanted.equals(found.eTag())) {
            error(exchange, 412, "PreconditionFailed");
            return;
        }
        Matcher range = RANGE.matcher(exchange.getRequestHeaders().getFirst("Range"));
        if (!range.matches() || Long.parseLong(range.group(1)) >= found.bytes().length) {
            error(exchange, 416, "InvalidRange");
            return;
        }
        int from = Integer.parseInt(range.group(1));
        int to = (int) Math.min(Long.parseLong(range.group(2)) + 1, found.bytes().length);
        exchange.getResponseHeaders().set("ETag", found.eTag());
        exchange.getResponseHeaders()
                .set("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + found.bytes().length);
        exchange.sendResponseHeaders(206, to - from);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(found.bytes(), from, to - from);
        }
    }

    private void list(HttpExchange exchange, Map<String, String> query) throws IOException {
        String prefix = query.getOrDefault("prefix", "");
        String after = query.getOrDefault("continuation-token", "");
        List<String> keys = objects.keySet().stream()
                .filter(key -> key.startsWith(prefix))
                .filter(key -> after.isEmpty() || bytewise(key).compareTo(bytewise(after)) > 0)
                .limit(KEYS_PER_PAGE + 1)
                .toList();
        boolean truncated = keys.size() > KEYS_PER_PAGE;
        StringBuilder xml = new StringBuilder(
                "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>" + truncated + "</IsTruncated>");
        List<String> page = keys.subList(0, Math.min(keys.size(), KEYS_PER_PAGE));
        for (String key : page) {
            Stored object = objects.get(key);
            xml.append("<Contents><Key>")
                    .append(URLEncoder.encode(key, UTF_8))
                    .append("</Key><ETag>")
                    .append(object.eTag().replace("\"", "&quot;"))
                    .append("</ETag><Size>")
                    .append(object.bytes().length)
                    .append("</Size></Contents>");
        }
        if (truncated) {
            xml.append("<NextContinuationToken>")
                    .append(page.getLast().replace("&", "&amp;").replace("<", "&lt;"))
                    .append("</NextContinuationToken>");
        }
        send(exchange, 200, xml.append("</ListBucketResult>").toString().getBytes(UTF_8));
    }

    private static String bytewise(String key) {
        return HexFormat.of().formatHex(key.getBytes(UTF_8));
    }

    private static Stored join(Upload upload, String completion) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        Matcher part = PART.matcher(completion);
        List<Integer> numbers = new ArrayList<>();
        while (part.find()) {
            numbers.add(Integer.parseInt(part.group(1)));
        }
        numbers.forEach(number -> whole.writeBytes(upload.parts().get(number)));
        Stored joined = stored(whole.toByteArray());
        return new Stored(joined.bytes(), joined.eTag().replaceAll("\"$", "-" + numbers.size() + "\""));
    }

    private static Stored stored(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("MD5").digest(bytes);
            return new Stored(bytes, '"' + HexFormat.of().formatHex(digest) + '"');
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }

    /// The body without the chunks that carry signatures and checksums.
    private static byte[] plain(HttpExchange exchange, byte[] body) {
        String hash = exchange.getRequestHeaders().getFirst("x-amz-content-sha256");
        if (hash == null || !hash.startsWith("STREAMING-")) {
            return body;
        }
        ByteArrayOutputStream plain = new ByteArrayOutputStream();
        try (InputStream in = new ByteArrayInputStream(body)) {
            for (int length = chunkLength(in); length > 0; length = chunkLength(in)) {
                plain.writeBytes(in.readNBytes(length));
                in.skipNBytes(2);
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return plain.toByteArray();
    }

    private static int chunkLength(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            line.append((char) next);
        }
        return Integer.parseInt(line.toString().strip().replaceAll(";.*", ""), 16);
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        boolean bodiless = body.length == 0 || exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, bodiless ? -1 : body.length);
        if (!bodiless) {
            exchange.getResponseBody().write(body);
        }
    }

    private static Map<String, String> query(String raw) {
        Map<String, String> query = new TreeMap<>();
        if (raw != null) {
            for (String part : raw.split("&", -1)) {
                int equals = part.indexOf('=');
                query.put(
                        equals < 0 ? part : part.substring(0, equals),
                        equals < 0 ? "" : decode(part.substring(equals + 1)));
            }
        }
        return query;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
    }
}
