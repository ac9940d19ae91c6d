package dev.penstock.storage.web;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/// A web server on this host, with objects in memory below `/data/`; honest until a test gives it another answer.
final class WebServer implements AutoCloseable {

    private static final String DIRECTORY = "/data/";

    static {
        // Without it, every answer on a kept connection waits 40 ms for the client's delayed acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Served> objects = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Set<InetSocketAddress> clients = ConcurrentHashMap.newKeySet();
    private final AtomicLong nextEtag = new AtomicLong();
    private volatile Answer answer = WebServer::serve;

    /// One object as it is served; header values, null where the header is left out.
    record Served(byte[] bytes, String etag, String lastModified) {}

    /// What a client asked for, with the headers that matter here.
    record Request(
            String method, String uri, String range, String ifMatch, String ifUnmodifiedSince, String encodings) {}

    /// How a request is answered.
    @FunctionalInterface
    interface Answer {

        void to(HttpExchange exchange, Served object) throws IOException;
    }

    private WebServer(HttpServer server) {
        this.server = server;
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    static WebServer start() throws IOException {
        return new WebServer(HttpServer.create(loopback(), 0));
    }

    static WebServer startTls(SSLContext context) throws IOException {
        HttpsServer server = HttpsServer.create(loopback(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        return new WebServer(server);
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    int port() {
        return server.getAddress().getPort();
    }

    URI root() {
        return URI.create("http://localhost:" + port() + DIRECTORY);
    }

    void put(String key, byte[] bytes) {
        put(key, new Served(bytes, "\"" + nextEtag.getAndIncrement() + "\"", null));
    }

    void put(String key, Served object) {
        objects.put(key, object);
    }

    void answer(Answer next) {
        answer = next;
    }

    List<Request> requests() {
        return requests;
    }

    /// The client ends of every connection so far.
    Set<InetSocketAddress> clients() {
        return clients;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    /// Answers as RFC 9110 asks.
    static void serve(HttpExchange exchange, Served object) throws IOException {
        if (object == null) {
            empty(exchange, 404);
            return;
        }
        String ifMatch = exchange.getRequestHeaders().getFirst("If-Match");
        if (ifMatch != null && !ifMatch.equals(object.etag())) {
            empty(exchange, 412);
            return;
        }
        serveUnconditionally(exchange, object);
    }

    /// Answers without a look at conditions, as many servers do.
    static void serveUnconditionally(HttpExchange exchange, Served object) throws IOException {
        validators(exchange, object);
        String range = exchange.getRequestHeaders().getFirst("Range");
        if (range == null || exchange.getRequestMethod().equals("HEAD")) {
            body(exchange, 200, object.bytes(), 0, object.bytes().length);
            return;
        }
        Matcher bounds = RANGE.matcher(range);
        if (!bounds.matches() || Long.parseLong(bounds.group(1)) >= object.bytes().length) {
            exchange.getResponseHeaders().set("Content-Range", "bytes */" + object.bytes().length);
            empty(exchange, 416);
            return;
        }
        int first = Integer.parseInt(bounds.group(1));
        int end = Math.min(object.bytes().length, Integer.parseInt(bounds.group(2)) + 1);
        exchange.getResponseHeaders()
                .set("Content-Range", "bytes " + first + "-" + (end - 1) + "/" + object.bytes().length);
        body(exchange, 206, object.bytes(), first, end - first);
    }

    static void validators(HttpExchange exchange, Served object) {
        if (object.etag() != null) {
            exchange.getResponseHeaders().set("ETag", object.etag());
        }
        if (object.lastModified() != null) {
            exchange.getResponseHeaders().set("Last-Modified", object.lastModified());
        }
    }

    static void empty(HttpExchange exchange, int status) throws IOException {
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    static void body(HttpExchange exchange, int status, byte[] bytes, int offset, int length) throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", Integer.toString(length));
            empty(exchange, status);
            return;
        }
        exchange.sendResponseHeaders(status, length == 0 ? -1 : length);
        try (exchange;
                OutputStream out = exchange.getResponseBody()) {
            out.write(bytes, offset, length);
        }
    }

    private void handle(HttpExchange exchange) {
        clients.add(exchange.getRemoteAddress());
        var headers = exchange.getRequestHeaders();
        requests.add(new Request(
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                headers.getFirst("Range"),
                headers.getFirst("If-Match"),
                headers.getFirst("If-Unmodified-Since"),
                headers.getFirst("Accept-Encoding")));
        String path = exchange.getRequestURI().getPath();
        try {
            answer.to(exchange, path.startsWith(DIRECTORY) ? objects.get(path.substring(DIRECTORY.length())) : null);
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }
}
