package dev.penstock.trainer.world;

import org.bytedeco.pytorch.Tensor;

/// The collective of a world of one: every sum is the value itself.
final class SoloCollective implements Collective {

    @Override
    public int worldSize() {
        return 1;
    }

    @Override
    public void sum(Tensor tensor) {}

    @Override
    public PendingSum startSum(Tensor tensor) {
        return () -> {};
    }

    @Override
    public double[] sum(double... values) {
        return values.clone();
    }

    @Override
    public void broadcast(Tensor tensor) {}

    @Override
    public void barrier() {}

    @Override
    public void requireAgreement(String subject, String settings) {}

    @Override
    public void lastWords(Throwable cause) {}

    @Override
    public void close() {}
}
