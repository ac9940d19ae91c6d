package dev.penstock.trainer.optimize;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;

/// What stays fixed in a run of SGD.
///
/// @param momentum share of the last movement that goes on; 0 is plain gradient descent
/// @param weightDecay of parameters that are not exempt, added to the gradient
public record SgdSettings(double momentum, double weightDecay) {

    public SgdSettings {
        if (!(momentum >= 0 && momentum < 1) || !(weightDecay >= 0)) {
            throw new ConfigurationException(FailureMessage.of("SGD settings")
                    .with("momentum", momentum)
                    .with("weightDecay", weightDecay)
                    .remedy("a momentum in [0, 1) and a weight decay of at least 0"));
        }
    }
}
