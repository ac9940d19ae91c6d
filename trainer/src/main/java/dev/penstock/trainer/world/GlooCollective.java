package dev.penstock.trainer.world;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.error.RankLostException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.function.Supplier;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The collective of processes on one or more hosts, over TCP: c10d's Gloo backend.
///
/// A sum is the same on every rank to the last bit, and the same from run to run at one world size.
final class GlooCollective implements Collective {

    private final World world;
    private final Rendezvous rendezvous;
    private final ProcessGroupGloo gloo;

    private GlooCollective(World world, Rendezvous rendezvous, ProcessGroupGloo gloo) {
        this.world = world;
        this.rendezvous = rendezvous;
        this.gloo = gloo;
    }

    static GlooCollective join(World world, CollectiveTimeouts timeouts) {
        Rendezvous rendezvous = Rendezvous.open(world, timeouts.join());
        try {
            ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create(
                    new Milliseconds(timeouts.call().toMillis()));
            options.devices(new GlooDeviceVector(device(world)));
            ProcessGroupGloo gloo = new ProcessGroupGloo(rendezvous.share(), world.rank(), world.worldSize(), options);
            return new GlooCollective(world, rendezvous, gloo);
        } catch (RuntimeException e) {
            rendezvous.close();
            throw lost(world, "connecting the ranks", e);
        }
    }

    /// Ranks that meet on the loopback interface stay on it, so that a host name that does not resolve is no obstacle.
    private static org.bytedeco.pytorch.gloo.Device device(World world) {
        try {
            InetAddress master = InetAddress.getByName(world.masterAddress());
            return master.isLoopbackAddress()
                    ? ProcessGroupGloo.createDeviceForHostname(master.getHostAddress())
                    : ProcessGroupGloo.createDefaultDevice();
        } catch (UnknownHostException e) {
            throw new ConfigurationException(
                    FailureMessage.of("rendezvous")
                            .with("master", world.masterAddress())
                            .remedy("no such host"),
                    e);
        }
    }

    @Override
    public int worldSize() {
        return world.worldSize();
    }

    @Override
    public PendingSum startSum(Tensor tensor) {
        try (PointerScope _ = new PointerScope()) {
            Work work = gloo.allreduce(new TensorVector(tensor));
            work.retainReference();
            return () -> finish("all-reduce", work);
        } catch (RuntimeException e) {
            throw lost(world, "all-reduce", e);
        }
    }

    private void finish(String what, Work work) {
        try (work) {
            work._wait();
        } catch (RuntimeException e) {
            throw lost(world, what, e);
        }
    }

    @Override
    public void sum(Tensor tensor) {
        try (PointerScope _ = new PointerScope()) {
            await("all-reduce", () -> gloo.allreduce(new TensorVector(tensor)));
        }
    }

    @Override
    public double[] sum(double... values) {
        double[] totals = new double[values.length];
        try (PointerScope _ = new PointerScope()) {
            Tensor tensor = torch.from_blob(
                            new DoublePointer(values), new long[] {values.length}, new TensorOptions(ScalarType.Double))
                    .clone();
            sum(tensor);
            tensor.data_ptr_double().get(totals);
        }
        return totals;
    }

    @Override
    public void broadcast(Tensor tensor) {
        try (PointerScope _ = new PointerScope()) {
            await("broadcast", () -> gloo.broadcast(new TensorVector(tensor)));
        }
    }

    @Override
    public void barrier() {
        try (PointerScope _ = new PointerScope()) {
            await("barrier", gloo::barrier);
        }
    }

    private void await(String what, Supplier<Work> call) {
        try {
            call.get()._wait();
        } catch (RuntimeException e) {
            throw lost(world, what, e);
        }
    }

    private static RankLostException lost(World world, String what, RuntimeException cause) {
        return new RankLostException(
                FailureMessage.of(what)
                        .with("rank", world.rank())
                        .with("worldSize", world.worldSize())
                        .with("found", Rendezvous.firstLine(cause))
                        .remedy("another rank died or hangs; its own output says why"),
                cause);
    }

    @Override
    public void requireAgreement(String subject, String digest) {
        rendezvous.requireAgreement(subject, digest);
    }

    @Override
    public void close() {
        gloo.close();
        rendezvous.close();
    }
}
