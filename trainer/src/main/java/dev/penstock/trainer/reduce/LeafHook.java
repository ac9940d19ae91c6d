package dev.penstock.trainer.reduce;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.FunctionPostHook;
import org.bytedeco.pytorch.Node;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/// A call from autograd, on the thread that runs backward, after the gradient of a leaf has been added up for this
/// backward: once in each that the leaf takes part in.
///
/// Ownership: the node of the autograd graph calls this object for as long as it lives, so each keeps the other until
/// [#remove()].
final class LeafHook extends FunctionPostHook {

    private final Node accumulation;
    private final Runnable arrived;
    private final long key;

    LeafHook(Tensor leaf, Runnable arrived) {
        this.accumulation = accumulationOf(leaf);
        this.arrived = arrived;
        this.key = accumulation.add_post_hook(this);
    }

    /// A leaf holds its node weakly, and gives it to whatever is computed from it.
    private static Node accumulationOf(Tensor leaf) {
        try (PointerScope _ = new PointerScope()) {
            Node node = leaf.view_as(leaf).grad_fn().next_edge(0).function();
            node.retainReference();
            return node;
        }
    }

    void remove() {
        accumulation.del_post_hook(key);
        accumulation.releaseReference();
    }

    @Override
    public TensorVector apply(TensorVector outputs, TensorVector inputs) {
        arrived.run();
        return new TensorVector(outputs);
    }
}
