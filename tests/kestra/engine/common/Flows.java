import io.kestra.core.models.flows.FlowWithSource;
import io.kestra.core.services.FlowService;
import io.micronaut.context.ApplicationContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Stores flows the way Kestra's deploy endpoints do, after swapping the tasks whose plugins are not published. */
final class Flows {
  private static final Pattern CHAT_TASK =
      Pattern.compile("(?m)^( +)type: io\\.kestra\\.plugin\\.(slack|discord)\\.(Slack|Discord)IncomingWebhook$");

  private final FlowService service;

  Flows(ApplicationContext context) {
    service = context.getBean(FlowService.class);
  }

  void load(Path folder) throws Exception {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(file -> file.toString().endsWith(".yml")).sorted().toList();
    }
    for (Path file : files) {
      store(Files.readString(file));
    }
  }

  /** What Kestra's editor would say about the flow, once it is stored. */
  Map<String, Object> store(String source) throws Exception {
    FlowWithSource flow = service.importFlow(Engine.TENANT, swapped(source));
    return Map.of(
        "revision", flow.getRevision(),
        "warnings", service.warnings(flow, Engine.TENANT),
        "deprecated", service.deprecationPaths(flow));
  }

  /** Same URL and same payload, sent by core's own HTTP task. */
  static String swapped(String source) throws IOException {
    String result =
        CHAT_TASK
            .matcher(source)
            .replaceAll(
                "$1type: io.kestra.plugin.core.http.Request\n$1method: POST\n$1contentType: application/json");
    if (!result.equals(source)) {
      result = result.replaceAll("(?m)^( +)url: (?=\"\\{\\{ secret)", "$1uri: ").replaceAll("(?m)^( +)payload: (?=\\|)", "$1body: ");
    }
    return result;
  }
}
