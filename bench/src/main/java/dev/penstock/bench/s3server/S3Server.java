package dev.penstock.bench.s3server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// An S3 server on a free port of the loopback interface, with path-style addresses.
///
/// Speaks what a store needs: `GetObject` with `Range` and `If-Match`, `HeadObject`, `ListObjectsV2`, `PutObject`,
/// multipart uploads, `DeleteObject`; anything else is refused with 501. Objects lie outside the heap.
///
/// Ownership: the creator closes, which cuts every connection. Its threads are daemons. Threading: any thread.
public final class S3Server implements AutoCloseable {

    private static final int IO_THREADS = 2;
    private static final int LARGEST_UPLOAD_BYTES = 1 << 30;

    /// Enough that a connection without a rate is never without bytes to send.
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(256 << 10, 1 << 20);

    private final ServerMeter meter = new ServerMeter();
    private final Map<String, AccessKey> keys = new ConcurrentHashMap<>();
    private final AtomicReference<FaultRun> faults;
    private final Buckets buckets;
    private final S3Service service;
    private final @Nullable ServerTls tls;
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final EventLoopGroup loops;
    private final int port;

    private S3Server(ServerConfig config) {
        InstantSource clock = InstantSource.offset(InstantSource.system(), config.clockOffset());
        config.keys().forEach(this::accept);
        this.faults = new AtomicReference<>(new FaultRun(config.faults()));
        this.buckets = new Buckets(config.buckets(), clock);
        this.service = new S3Service(config, buckets, keys, clock, meter);
        this.tls = switch (config.transport()) {
            case PLAIN -> null;
            case TLS -> ServerTls.selfSigned();
        };
        DefaultThreadFactory threads = new DefaultThreadFactory("s3-server", true);
        this.loops = new MultiThreadIoEventLoopGroup(
                IO_THREADS, threads, Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        Channel listening = new ServerBootstrap()
                .group(loops)
                .channel(Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(new Connections(clock))
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
        channels.add(listening);
        this.port = ((InetSocketAddress) listening.localAddress()).getPort();
    }

    public static S3Server start(ServerConfig config) {
        return new S3Server(config);
    }

    /// Where clients find it, without a bucket.
    public URI endpoint() {
        return URI.create((tls == null ? "http" : "https") + "://127.0.0.1:" + port);
    }

    /// What clients must trust under TLS, as a PEM certificate.
    public Optional<String> certificate() {
        return Optional.ofNullable(tls).map(ServerTls::certificatePem);
    }

    /// Stores an object, as an upload would.
    public void put(String bucket, String key, Content content) {
        buckets.put(bucket, key, content);
    }

    public void delete(String bucket, String key) {
        buckets.delete(bucket, key);
    }

    /// Uploads that have begun and were neither completed nor aborted.
    public int openUploads() {
        return service.openUploads();
    }

    /// Accepts a key from now on; one of the same id is forgotten.
    public void accept(AccessKey key) {
        keys.put(key.id(), key);
    }

    /// From the next request on these faults happen, and no others; requests are numbered anew.
    public void inject(Faults wanted) {
        faults.set(new FaultRun(wanted));
    }

    public ServerCounters counters() {
        return meter.snapshot();
    }

    @Override
    public void close() {
        channels.close().awaitUninterruptibly();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /// Sets connections up.
    private final class Connections extends ChannelInitializer<Channel> {

        private final InstantSource clock;
        private final SentBytes sent = new SentBytes(meter);

        Connections(InstantSource clock) {
            this.clock = clock;
        }

        @Override
        protected void initChannel(Channel channel) {
            channels.add(channel);
            if (tls != null) {
                channel.pipeline().addLast(tls.context().newHandler(channel.alloc()));
            }
            channel.pipeline()
                    .addLast(sent)
                    .addLast(new HttpServerCodec())
                    .addLast(new HttpObjectAggregator(LARGEST_UPLOAD_BYTES))
                    .addLast(new ConnectionHandler(service, faults, clock, meter));
        }
    }
}
