package dev.penstock.storage.http;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.resolver.RoundRobinInetAddressResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Names resolved as the rest of the process resolves them, on threads that may block.
///
/// The JDK follows the system's configuration (hosts file, search domains, name service switch) and caches; Netty's
/// own resolver does not see all of that, and its blocking one would stop an event loop. Connections go round the
/// addresses of a name: an object store answers with several front ends, and one alone is soon the bottleneck.
final class JdkNames extends AddressResolverGroup<InetSocketAddress> {

    private final ExecutorService lookups = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("penstock-dns-", 0).factory());

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor loop) {
        return new RoundRobinInetAddressResolver(loop, new Lookup(loop)).asAddressResolver();
    }

    @Override
    public void close() {
        super.close();
        lookups.shutdownNow();
    }

    private final class Lookup extends InetNameResolver {

        Lookup(EventExecutor loop) {
            super(loop);
        }

        @Override
        protected void doResolve(String name, Promise<InetAddress> promise) {
            lookups.execute(() -> {
                try {
                    promise.trySuccess(InetAddress.getByName(name));
                } catch (UnknownHostException unknown) {
                    promise.tryFailure(unknown);
                }
            });
        }

        @Override
        protected void doResolveAll(String name, Promise<List<InetAddress>> promise) {
            lookups.execute(() -> {
                try {
                    promise.trySuccess(List.of(InetAddress.getAllByName(name)));
                } catch (UnknownHostException unknown) {
                    promise.tryFailure(unknown);
                }
            });
        }
    }
}
