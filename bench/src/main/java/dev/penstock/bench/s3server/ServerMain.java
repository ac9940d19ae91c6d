package dev.penstock.bench.s3server;

import java.io.EOFException;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;

/// The child of a [ServerProcess]: serves until its input ends.
final class ServerMain {

    private ServerMain() {}

    public static void main(String[] arguments) throws IOException, ClassNotFoundException {
        ObjectInputStream commands = new ObjectInputStream(System.in);
        ServerConfig config = (ServerConfig) commands.readObject();
        try (S3Server server = S3Server.start(config)) {
            ObjectOutputStream answers = new ObjectOutputStream(System.out);
            answers.writeObject(server.endpoint());
            answers.flush();
            while (true) {
                answers.writeObject(answer(server, (ServerProcess.Command) commands.readObject()));
                answers.flush();
            }
        } catch (EOFException ended) {
            // The parent is done or dead.
        }
    }

    private static Object answer(S3Server server, ServerProcess.Command command) {
        return switch (command) {
            case ServerProcess.Command.Put(String bucket, String key, long seed, long sizeBytes) -> {
                server.put(bucket, key, new GeneratedContent(seed, sizeBytes));
                yield true;
            }
            case ServerProcess.Command.Inject(Faults faults) -> {
                server.inject(faults);
                yield true;
            }
            case ServerProcess.Command.Count _ -> server.counters();
        };
    }
}
