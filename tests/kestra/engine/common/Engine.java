import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.kestra.core.serializers.JacksonMapper;
import io.micronaut.context.ApplicationContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * A Kestra engine of the published modules behind the webhook route, on a free port of loopback.
 *
 * <p>Options: {@code --data DIR} (working folder), {@code --port-file FILE} (gets the port once everything runs),
 * {@code --flows DIR} (loaded at start, chat tasks swapped), {@code --until signal|stdin}. Secrets come from {@code SECRET_*} as in Kestra itself.
 *
 * <p>Ends on SIGTERM, and with {@code --until stdin} also when its standard input ends, so that it cannot outlive the
 * test that started it.
 */
public final class Engine {
  static final String TENANT = "main";
  static final ObjectMapper JSON = JacksonMapper.ofJson();

  public static void main(String[] arguments) {
    try {
      run(options(arguments));
    } catch (Throwable failure) {
      failure.printStackTrace();
      System.exit(1);
    }
    // Nothing is worth saving: the database is in memory, and Kestra's own stop waits for its workers.
    Runtime.getRuntime().halt(0);
  }

  private static void run(Map<String, String> options) throws Exception {
    Path data = Path.of(options.getOrDefault("data", "engine-data")).toAbsolutePath();
    Files.createDirectories(data.resolve("storage"));
    Files.createDirectories(data.resolve("tmp"));
    Files.createDirectories(data.resolve("plugins"));

    if (options.getOrDefault("until", "signal").equals("signal")) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> leaveNothing(options.get("port-file"), data)));
    }

    Line line = new ThisLine();
    line.prepare();
    ApplicationContext context =
        ApplicationContext.builder()
            .deduceEnvironment(false)
            .banner(false)
            .properties(Map.of("engine.data", data.toString(), "engine.grpc.port", freePort()))
            .start();
    line.start(context);

    Flows flows = new Flows(context);
    if (options.containsKey("flows")) {
      flows.load(Path.of(options.get("flows")));
    }

    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    server.setExecutor(Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory()));
    server.createContext("/api/v1/", new WebhookRoute(context));
    server.createContext("/engine/", new Inspection(context, line, flows));
    server.start();
    announce(options.get("port-file"), server.getAddress().getPort());

    if (options.getOrDefault("until", "signal").equals("signal")) {
      new CountDownLatch(1).await();
    }
    while (System.in.read() >= 0) {
      // Nothing is read from the starter; the end of the stream is the sign to stop.
    }
  }

  static void spawn(String name, Runnable part) {
    Thread.ofPlatform().daemon(name != null).name(name).start(part);
  }

  private static Map<String, String> options(String[] arguments) {
    Map<String, String> options = new HashMap<>();
    for (int i = 0; i < arguments.length; i++) {
      String name = arguments[i].substring(2);
      options.put(name, arguments[++i]);
    }
    return options;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** A port file that outlives its engine would send the next caller to a closed port. */
  private static void leaveNothing(String portFile, Path data) {
    try {
      if (portFile != null) {
        Files.deleteIfExists(Path.of(portFile));
      }
      try (Stream<Path> all = Files.walk(data)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(path);
        }
      }
    } catch (IOException stillInUse) {
      // The folder is below build/, nothing depends on its absence.
    }
  }

  /** Written beside and moved, so that a reader never sees half a number. */
  private static void announce(String file, int port) throws IOException {
    System.err.println("engine: http://127.0.0.1:" + port);
    if (file != null) {
      Path target = Path.of(file).toAbsolutePath();
      Path beside = target.resolveSibling(target.getFileName() + ".new");
      Files.writeString(beside, Integer.toString(port));
      Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
