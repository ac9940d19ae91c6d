package dev.penstock.trainer.world;

import dev.penstock.error.FailureMessage;
import dev.penstock.error.PenstockException;
import dev.penstock.error.RankLostException;
import java.net.InetAddress;
import java.util.function.Consumer;
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

    /// Between looks at who is lost; a wait that is shorter, as nearly all are, costs nothing more.
    private static final long LOOK_MILLIS = 500;

    /// What c10d says when a wait of limited length ends before the call does.
    private static final String MOMENT_IS_OVER = "Operation timed out!";

    private final World world;
    private final RankWatch watch;
    private final Rendezvous rendezvous;
    private final ProcessGroupGloo gloo;

    private GlooCollective(World world, RankWatch watch, Rendezvous rendezvous, ProcessGroupGloo gloo) {
        this.world = world;
        this.watch = watch;
        this.rendezvous = rendezvous;
        this.gloo = gloo;
    }

    static GlooCollective join(World world, CollectiveTimeouts timeouts, Consumer<PenstockException> unnoticed) {
        RankWatch watch = new RankWatch(world.rank(), unnoticed);
        try {
            return connect(world, timeouts, watch);
        } catch (RuntimeException failed) {
            watch.lastWords(failed);
            watch.close();
            throw failed;
        }
    }

    private static GlooCollective connect(World world, CollectiveTimeouts timeouts, RankWatch watch) {
        Rendezvous rendezvous = Rendezvous.open(world, timeouts, watch);
        try {
            ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create(
                    new Milliseconds(timeouts.call().toMillis()));
            options.devices(new GlooDeviceVector(device(world)));
            ProcessGroupGloo gloo = new ProcessGroupGloo(rendezvous.share(), world.rank(), world.worldSize(), options);
            return new GlooCollective(world, watch, rendezvous, gloo);
        } catch (RuntimeException e) {
            PenstockException reason = watch.explain(lost(world, "connecting the ranks", e));
            rendezvous.close();
            throw reason;
        }
    }

    /// Ranks that meet on the loopback interface stay on it, so that a host name that does not resolve is no obstacle.
    private static org.bytedeco.pytorch.gloo.Device device(World world) {
        InetAddress master = Master.of(world).address();
        return master.isLoopbackAddress()
                ? ProcessGroupGloo.createDeviceForHostname(master.getHostAddress())
                : ProcessGroupGloo.createDefaultDevice();
    }

    @Override
    public int worldSize() {
        return world.worldSize();
    }

    @Override
    public PendingSum startSum(Tensor tensor) {
        try (PointerScope _ = new PointerScope()) {
            Work work = start("all-reduce", () -> gloo.allreduce(new TensorVector(tensor)));
            work.retainReference();
            return () -> {
                try (work) {
                    finish("all-reduce", work);
                }
            };
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
        finish(what, start(what, call));
    }

    private Work start(String what, Supplier<Work> call) {
        try {
            return call.get();
        } catch (RuntimeException e) {
            throw watch.explain(lost(world, what, e));
        }
    }

    private void finish(String what, Work work) {
        try {
            while (!isComplete(work)) {
                watch.requireAll();
            }
        } catch (PenstockException lost) {
            throw lost;
        } catch (RuntimeException e) {
            throw watch.explain(lost(world, what, e));
        }
    }

    /// Waits for a moment: Gloo notices a connection that closes, but not a process that is stopped.
    private static boolean isComplete(Work work) {
        try (PointerScope _ = new PointerScope()) {
            return work._wait(new Milliseconds(LOOK_MILLIS));
        } catch (RuntimeException e) {
            if (String.valueOf(e.getMessage()).contains(MOMENT_IS_OVER)) {
                return false;
            }
            throw e;
        }
    }

    private static RankLostException lost(World world, String what, RuntimeException cause) {
        return new RankLostException(
                FailureMessage.of(what)
                        .with("rank", world.rank())
                        .with("worldSize", world.worldSize())
                        .with("found", Rendezvous.firstLine(cause))
                        .remedy(
                                "another rank cannot be reached, or is alive and does not come; its own output says why"),
                cause);
    }

    @Override
    public void requireAgreement(String subject, String settings) {
        rendezvous.requireAgreement(subject, settings);
    }

    @Override
    public void lastWords(Throwable cause) {
        watch.lastWords(cause);
    }

    @Override
    public void close() {
        watch.close();
        // A process group waits for its calls to end, and one that waits for a rank that is lost would take minutes.
        if (!watch.isLost()) {
            gloo.close();
        }
        rendezvous.close();
    }
}
