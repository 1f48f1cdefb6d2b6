import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.kestra.core.http.HttpRequest;
import io.kestra.core.http.HttpResponse;
import io.kestra.core.models.flows.Flow;
import io.kestra.core.models.flows.FlowWithException;
import io.kestra.core.repositories.FlowRepositoryInterface;
import io.kestra.core.services.WebhookService;
import io.kestra.plugin.core.trigger.AbstractWebhookTrigger;
import io.kestra.plugin.core.trigger.WebhookContext;
import io.micronaut.context.ApplicationContext;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * {@code /api/v1[/main]/executions/webhook/{namespace}/{flow}/{key}}: finds flow and trigger as the server does, then
 * leaves status and body to core's {@code Webhook.evaluate}.
 */
final class WebhookRoute implements HttpHandler {
  private final FlowRepositoryInterface flows;
  private final WebhookService webhooks;

  WebhookRoute(ApplicationContext context) {
    flows = context.getBean(FlowRepositoryInterface.class);
    webhooks = context.getBean(WebhookService.class);
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try {
      answer(exchange);
    } catch (Exception failure) {
      failure.printStackTrace();
      message(exchange, 500, "Internal Server Error: " + failure.getMessage());
    }
  }

  private void answer(HttpExchange exchange) throws Exception {
    String path = exchange.getRequestURI().getRawPath();
    String rest = path.replaceFirst("^/api/v1/(main/)?executions/webhook/", "");
    String[] parts = rest.split("/", -1);
    if (rest.equals(path) || parts.length < 3) {
      message(exchange, 404, "Not Found");
      return;
    }
    if (!Set.of("GET", "POST", "PUT").contains(exchange.getRequestMethod())) {
      message(exchange, 405, "Method Not Allowed");
      return;
    }
    Optional<Flow> flow = flows.findById(Engine.TENANT, parts[0], parts[1]);
    Optional<AbstractWebhookTrigger> trigger = flow.flatMap(found -> trigger(found, parts[2]));
    if (trigger.isEmpty()) {
      message(exchange, 404, "Not Found: Webhook not found");
      return;
    }
    if (flow.get().isDisabled() || flow.get() instanceof FlowWithException || trigger.get().isDisabled()) {
      message(exchange, 409, "Illegal state: Cannot execute a disabled flow");
      return;
    }
    String suffix = parts.length > 3 ? "/" + String.join("/", List.of(parts).subList(3, parts.length)) : null;
    WebhookContext context =
        WebhookContext.builder()
            .request(request(exchange))
            .path(suffix)
            .flow(flow.get())
            .trigger(trigger.get())
            .webhookService(webhooks)
            .build();
    HttpResponse<?> response = trigger.get().evaluate(context).block();
    Object body = response.getBody();
    send(exchange, response.getStatus().getCode(), body == null ? new byte[0] : Engine.JSON.writeValueAsBytes(body));
  }

  private Optional<AbstractWebhookTrigger> trigger(Flow flow, String key) {
    return Optional.ofNullable(flow.getTriggers()).orElse(List.of()).stream()
        .filter(AbstractWebhookTrigger.class::isInstance)
        .map(AbstractWebhookTrigger.class::cast)
        .filter(candidate -> hasKey(flow, candidate, key))
        .findFirst();
  }

  private boolean hasKey(Flow flow, AbstractWebhookTrigger trigger, String key) {
    try {
      return webhooks.runContext(flow, trigger).render(trigger.getKey()).trim().equals(key);
    } catch (Exception secretMissing) {
      return false;
    }
  }

  private static HttpRequest request(HttpExchange exchange) throws IOException {
    URI uri = URI.create("http://" + exchange.getRequestHeaders().getFirst("Host") + exchange.getRequestURI());
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    return HttpRequest.builder()
        .method(exchange.getRequestMethod())
        .uri(uri)
        .headers(HttpHeaders.of(exchange.getRequestHeaders(), (name, value) -> true))
        .body(body.isEmpty() ? null : HttpRequest.StringRequestBody.builder().content(body).contentType("application/json").build())
        .build();
  }

  private static void message(HttpExchange exchange, int status, String text) throws IOException {
    String path = exchange.getRequestURI().getPath();
    send(exchange, status, Engine.JSON.writeValueAsBytes(Map.of("message", text, "_links", Map.of("self", Map.of("href", path)))));
  }

  static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    if (body.length > 0) {
      exchange.getResponseHeaders().set("Content-Type", "application/json");
    }
    exchange.sendResponseHeaders(status, body.length > 0 ? body.length : -1);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }
}
