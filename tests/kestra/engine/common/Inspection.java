import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.kestra.core.models.executions.Execution;
import io.kestra.core.models.executions.LogEntry;
import io.kestra.core.models.executions.TaskRun;
import io.kestra.core.repositories.ExecutionRepositoryInterface;
import io.micronaut.context.ApplicationContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a test asks beside the webhook: {@code POST /engine/flows} stores a flow (YAML), {@code GET
 * /engine/executions/{id}} tells an execution's state, tasks and logs. Kestra's own API for this is not published.
 */
final class Inspection implements HttpHandler {
  private final ApplicationContext context;
  private final Line line;
  private final Flows flows;

  Inspection(ApplicationContext context, Line line, Flows flows) {
    this.context = context;
    this.line = line;
    this.flows = flows;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    try {
      if (path.equals("/engine/flows") && exchange.getRequestMethod().equals("POST")) {
        String source = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        reply(exchange, 200, flows.store(source));
      } else if (path.startsWith("/engine/executions/")) {
        Optional<Map<String, Object>> found = execution(path.substring("/engine/executions/".length()));
        reply(exchange, found.isPresent() ? 200 : 404, found.orElse(Map.of()));
      } else {
        reply(exchange, 404, Map.of());
      }
    } catch (Exception failure) {
      reply(exchange, 422, Map.of("error", String.valueOf(failure.getMessage())));
    }
  }

  private Optional<Map<String, Object>> execution(String id) {
    return context.getBean(ExecutionRepositoryInterface.class).findById(Engine.TENANT, id).map(this::told);
  }

  private Map<String, Object> told(Execution execution) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("flow", execution.getFlowId());
    result.put("state", execution.getState().getCurrent().name());
    result.put("inputs", execution.getInputs() == null ? Map.of() : execution.getInputs());
    List<Map<String, Object>> tasks = new ArrayList<>();
    for (TaskRun run : Optional.ofNullable(execution.getTaskRunList()).orElse(List.of())) {
      Map<String, Object> task = new LinkedHashMap<>();
      task.put("id", run.getTaskId());
      task.put("state", run.getState().getCurrent().name());
      tasks.add(task);
    }
    result.put("tasks", tasks);
    List<Map<String, Object>> logs = new ArrayList<>();
    for (LogEntry entry : line.logs(context, Engine.TENANT, execution.getId())) {
      logs.add(Map.of(
          "task", String.valueOf(entry.getTaskId()), "level", entry.getLevel().name(), "message", String.valueOf(entry.getMessage())));
    }
    result.put("logs", logs);
    result.put("children", line.children(context, Engine.TENANT, execution.getId()).stream().map(Execution::getId).toList());
    return result;
  }

  private static void reply(HttpExchange exchange, int status, Object body) throws IOException {
    WebhookRoute.send(exchange, status, Engine.JSON.writeValueAsBytes(body));
  }
}
