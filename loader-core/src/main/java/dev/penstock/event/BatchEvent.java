package dev.penstock.event;

import jdk.jfr.Description;
import jdk.jfr.Label;

/// An event about work for one batch.
public abstract class BatchEvent extends StageEvent {

    @Label("Epoch")
    @Description("Epoch of the batch's first position in the order")
    public long epoch;

    @Label("Step")
    @Description("Step of the batch, from 0 over the whole run")
    public long step;

    @Label("Rank")
    public int rank;

    protected final void of(long epoch, long step, int rank) {
        this.epoch = epoch;
        this.step = step;
        this.rank = rank;
    }
}
