package dev.penstock.cli.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.balance.CostModel;
import dev.penstock.balance.ExactBalancer;
import dev.penstock.balance.MicroBatchPolicy;
import dev.penstock.batch.Layout;
import dev.penstock.batch.LongerThanRow;
import dev.penstock.cli.report.Row;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LayoutForecastTest {

    private static Map<String, Double> values(LayoutForecast forecast) {
        return forecast.rows(0.5, new Displacement()).stream().collect(Collectors.toMap(Row::metric, Row::value));
    }

    private static LayoutForecast forecast(MicroBatchPolicy policy, int longest) {
        return new LayoutForecast(policy, longest, 1, each -> new ExactBalancer(CostModel.tokens(), each));
    }

    @Test
    void everyLayoutPadsWhatItsRowsLeaveEmpty() {
        LayoutForecast forecast = forecast(MicroBatchPolicy.uncapped(), 8);
        forecast.add(new int[] {8, 5, 3}, 3);

        assertThat(values(forecast))
                .containsEntry("padding_share_packed", 0.0)
                .containsEntry("padding_share_padded", 1 - 16.0 / 24)
                .containsEntry("padding_share_fixed", 0.0)
                .containsEntry("micro_batches_per_step_packed", 1.0)
                .containsEntry("effective_batch_share_padded", 0.5)
                .containsEntry("displaced_share_padded", 0.0);
    }

    @Test
    void layoutOfTheRunStandsInForTheOneOfItsKind() {
        LayoutForecast forecast =
                forecast(MicroBatchPolicy.uncapped().withLayout(new Layout.Fixed(16, LongerThanRow.SPLIT)), 8);
        forecast.add(new int[] {8, 5}, 2);

        assertThat(values(forecast)).containsEntry("padding_share_fixed", 1 - 13.0 / 16);
        assertThat(forecast.lines(1, new Displacement()))
                .filteredOn(line -> line.startsWith("*"))
                .hasSize(1)
                .first()
                .asString()
                .contains("fixed=16", "padding  18.8 %");
    }
}
