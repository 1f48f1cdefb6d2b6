import io.kestra.core.models.executions.Execution;
import io.kestra.core.models.executions.LogEntry;
import io.micronaut.context.ApplicationContext;
import java.util.List;

/** What differs between Kestra's lines: how the parts are started, and where the logs are kept. */
interface Line {
  /** Before the application context exists. */
  void prepare();

  /** Starts executor, worker and indexer on threads of their own. */
  void start(ApplicationContext context);

  List<LogEntry> logs(ApplicationContext context, String tenant, String executionId);

  /** The executions that the given one started as subflows. */
  List<Execution> children(ApplicationContext context, String tenant, String executionId);
}
