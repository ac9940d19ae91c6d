package dev.penstock.trainer.world;

import dev.penstock.error.ConfigurationException;
import dev.penstock.error.FailureMessage;
import java.net.InetAddress;
import java.util.Optional;

/// Where the ranks of a world meet: `MASTER_ADDR` and `MASTER_PORT`, or what a launcher lets one conclude.
record Meeting(String address, int port) {

    /// Ports from here on are concluded from the name of a job, in the same way by each of its ranks: above those of
    /// services, below those that systems hand out, and as PyTorch Lightning does it.
    private static final int FIRST_PORT = 15_000;

    private static final int PORTS = 10_000;

    /// What the environment says itself.
    static Optional<Meeting> stated(LauncherVariables variables) {
        if (!variables.hasAny(Torchrun.ADDRESS)) {
            return Optional.empty();
        }
        variables.requireAll(Torchrun.ADDRESS, "set both of " + String.join(" ", Torchrun.ADDRESS) + ", or neither");
        return Optional.of(
                new Meeting(variables.text(World.MASTER_ADDR).orElse(""), variables.number(World.MASTER_PORT)));
    }

    /// On the loopback interface, at a port that ranks of one job have in common.
    static Meeting onThisHost(String job) {
        return new Meeting(InetAddress.getLoopbackAddress().getHostAddress(), port(job));
    }

    /// By a job's number its last four digits; another name by its hash.
    static int port(String job) {
        String digits = job.substring(Math.max(0, job.length() - 4));
        boolean numbered = digits.chars().allMatch(Character::isDigit);
        return FIRST_PORT + (numbered ? Integer.parseInt(digits) : Math.floorMod(job.hashCode(), PORTS));
    }

    static ConfigurationException unknown(LauncherVariables variables, String remedy) {
        return new ConfigurationException(FailureMessage.of("world")
                .with(
                        "missing",
                        String.join(
                                " ",
                                Torchrun.ADDRESS.stream()
                                        .filter(name -> !variables.has(name))
                                        .toList()))
                .remedy("ranks on several hosts must know where to meet: " + remedy));
    }
}
