import io.kestra.core.models.executions.Execution;
import io.kestra.core.models.executions.LogEntry;
import io.kestra.core.repositories.ExecutionRepositoryInterface;
import io.kestra.core.repositories.LogRepositoryInterface;
import io.kestra.core.runners.ExecutorInterface;
import io.kestra.core.runners.Indexer;
import io.kestra.core.runners.Worker;
import io.micronaut.context.ApplicationContext;
import java.util.List;

/** Kestra 1.3: one queue table, the worker takes its jobs from it. */
final class ThisLine implements Line {
  @Override
  public void prepare() {}

  @Override
  public void start(ApplicationContext context) {
    Worker worker = context.createBean(Worker.class, "engine-worker", 8, null);
    Engine.spawn("executor", context.getBean(ExecutorInterface.class));
    Engine.spawn("worker", worker);
    Engine.spawn("indexer", context.getBean(Indexer.class));
  }

  @Override
  public List<LogEntry> logs(ApplicationContext context, String tenant, String executionId) {
    return context.getBean(LogRepositoryInterface.class).findByExecutionId(tenant, executionId, null);
  }

  @Override
  public List<Execution> children(ApplicationContext context, String tenant, String executionId) {
    return context.getBean(ExecutionRepositoryInterface.class)
        .find(null, tenant, null, null, null, null, null, null, null, executionId, null, false)
        .collectList()
        .block();
  }
}
