package dev.penstock.trainer;

import dev.penstock.trainer.tensor.Parameters;
import dev.penstock.trainer.world.Collective;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// The buffers of a model over one step: forward passes move them, and a step that is skipped moves them back.
final class StepBuffers {

    private final Parameters parameters;
    private final Collective ranks;
    private final Map<String, Tensor> before = new LinkedHashMap<>();

    StepBuffers(Parameters parameters, Collective ranks) {
        this.parameters = parameters;
        this.ranks = ranks;
        parameters
                .buffers()
                .forEach((name, buffer) -> before.put(name, buffer.detach().clone()));
    }

    void begin() {
        try (PointerScope _ = new PointerScope();
                NoGradGuard _ = new NoGradGuard()) {
            parameters.buffers().forEach((name, buffer) -> before(name).copy_(buffer));
        }
    }

    /// Every rank goes on with the buffers of rank 0, so that they are part of what a checkpoint restores.
    void share() {
        try (PointerScope _ = new PointerScope()) {
            parameters.buffers().values().forEach(ranks::broadcast);
        }
    }

    /// @param applies bool scalar; where false, the buffers are as they were at the begin
    void settle(Tensor applies) {
        parameters
                .buffers()
                .forEach((name, buffer) -> torch.where_out(buffer, applies, buffer, before(name)));
    }

    private Tensor before(String name) {
        return Objects.requireNonNull(before.get(name), name);
    }
}
