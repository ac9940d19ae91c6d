package dev.penstock.trainer.script;

import dev.penstock.batch.ElementType;
import dev.penstock.batch.Field;
import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import dev.penstock.trainer.model.MicroBatch;
import dev.penstock.trainer.tensor.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Where one argument of a module comes from.
sealed interface ModuleInput {

    /// Aliases the batch where its elements need no conversion.
    Tensor of(MicroBatch microBatch);

    /// @param number of a field in the batch
    private static Tensor packed(MicroBatch microBatch, int number) {
        ElementType type = microBatch.batch().fields().get(number).type();
        Tensor values = Tensors.alias(microBatch.values(number), type);
        return type == ElementType.UINT16 ? values.to(ScalarType.Int) : values;
    }

    /// The elements of a field, `[elements]`.
    record Packed(int field) implements ModuleInput {
        @Override
        public Tensor of(MicroBatch microBatch) {
            return packed(microBatch, field);
        }
    }

    /// The elements of a field whose samples all have one shape, `[samples, shape…]`.
    record Shaped(int field, List<Long> shape) implements ModuleInput {
        @Override
        public Tensor of(MicroBatch microBatch) {
            long elements = shape.stream().reduce(1L, Math::multiplyExact);
            long[] lengths = microBatch.lengths(field);
            for (int i = 0; i < lengths.length; i++) {
                if (lengths[i] != elements) {
                    throw misfit(microBatch, i, lengths[i], elements);
                }
            }
            long[] dimensions = new long[shape.size() + 1];
            dimensions[0] = lengths.length;
            for (int i = 0; i < shape.size(); i++) {
                dimensions[i + 1] = shape.get(i);
            }
            return packed(microBatch, field).view(dimensions);
        }

        private ConfigurationException misfit(MicroBatch microBatch, int sample, long found, long expected) {
            Field described = microBatch.batch().fields().get(field);
            return new ConfigurationException(FailureMessage.of("input of a module")
                    .with("field", described.name())
                    .with("sample", microBatch.batch().sampleId(microBatch.firstSample() + sample))
                    .with("shape", shape)
                    .with("expectedElements", expected)
                    .with("foundElements", found)
                    .remedy("state the shape that every sample has, or none to get the samples packed"));
        }
    }

    /// Where each sample of a field begins and ends, int32 `[samples + 1]`, from 0.
    record Offsets(int field) implements ModuleInput {
        @Override
        public Tensor of(MicroBatch microBatch) {
            long[] lengths = microBatch.lengths(field);
            long[] offsets = new long[lengths.length + 1];
            for (int i = 0; i < lengths.length; i++) {
                offsets[i + 1] = offsets[i] + lengths[i];
            }
            return Tensors.copyOf(offsets).to(ScalarType.Int);
        }
    }
}
