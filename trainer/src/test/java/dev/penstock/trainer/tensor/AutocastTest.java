package dev.penstock.trainer.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class AutocastTest {

    @BeforeAll
    static void start() {
        Libtorch.initialize(1);
    }

    private static ScalarType typeOfProduct() {
        return torch.mm(torch.ones(2, 2), torch.ones(2, 2)).scalar_type().intern();
    }

    @Test
    void productsAreInBfloat16UntilTheOutermostRegionEnds() {
        try (Autocast _ = Autocast.bfloat16()) {
            assertThat(typeOfProduct()).isEqualTo(ScalarType.BFloat16);
            try (Autocast _ = Autocast.bfloat16()) {
                assertThat(typeOfProduct()).isEqualTo(ScalarType.BFloat16);
            }
            assertThat(typeOfProduct()).isEqualTo(ScalarType.BFloat16);
        }
        assertThat(typeOfProduct()).isEqualTo(ScalarType.Float);
    }

    @Test
    void failuresLeaveTheThreadAsItWas() {
        ScalarType before = torch.get_autocast_dtype(DeviceType.CPU);
        torch.set_autocast_dtype(DeviceType.CPU, ScalarType.Half);
        try {
            assertThatThrownBy(() -> {
                        try (Autocast _ = Autocast.bfloat16()) {
                            torch.mm(torch.ones(2, 2), torch.ones(3, 3));
                        }
                    })
                    .isInstanceOf(RuntimeException.class);
            assertThat(torch.is_autocast_enabled(DeviceType.CPU)).isFalse();
            assertThat(torch.get_autocast_dtype(DeviceType.CPU).intern()).isEqualTo(ScalarType.Half);
            assertThat(torch.increment_nesting()).as("no region is open").isEqualTo(1);
            torch.decrement_nesting();
        } finally {
            torch.set_autocast_dtype(DeviceType.CPU, before);
        }
    }

    /// The cache of casts keeps those of leaves, such as this one, within a region.
    @Test
    void castsOfParametersDoNotOutliveTheirRegion() {
        Tensor parameter = torch.ones(2, 2).set_requires_grad(true);
        Tensor ones = torch.ones(2, 2);
        try (Autocast _ = Autocast.bfloat16()) {
            assertThat(torch.mm(ones, parameter).sum().item_double()).isEqualTo(8);
            move(parameter);
            assertThat(torch.mm(ones, parameter).sum().item_double())
                    .as("within a region a cast is kept")
                    .isEqualTo(8);
        }
        try (Autocast _ = Autocast.bfloat16()) {
            assertThat(torch.mm(ones, parameter).sum().item_double()).isEqualTo(16);
        }
    }

    private static void move(Tensor parameter) {
        try (NoGradGuard _ = new NoGradGuard()) {
            parameter.mul_(new Scalar(2.0));
        }
    }
}
