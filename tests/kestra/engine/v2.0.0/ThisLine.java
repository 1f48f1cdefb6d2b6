import io.grpc.ServerRegistry;
import io.kestra.core.models.executions.Execution;
import io.kestra.core.models.executions.LogEntry;
import io.kestra.core.repositories.ExecutionRepositoryInterface;
import io.kestra.core.repositories.LogDataStoreInterface;
import io.kestra.core.runners.Executor;
import io.kestra.core.runners.Indexer;
import io.kestra.core.runners.Worker;
import io.kestra.core.worker.Controller;
import io.micronaut.context.ApplicationContext;
import java.util.List;

/** Kestra 2.0: the worker talks gRPC to a controller, also inside one process. */
final class ThisLine implements Line {
  @Override
  public void prepare() {
    ServerRegistry.getDefaultRegistry().register(new LoopbackServers());
  }

  @Override
  public void start(ApplicationContext context) {
    context.getBean(Controller.class).start();
    Engine.spawn("executor", context.getBean(Executor.class));
    context.getBean(Worker.class).start(8);
    Engine.spawn("indexer", context.getBean(Indexer.class));
  }

  @Override
  public List<LogEntry> logs(ApplicationContext context, String tenant, String executionId) {
    return context.getBean(LogDataStoreInterface.class).findByExecutionId(tenant, executionId, null);
  }

  @Override
  public List<Execution> children(ApplicationContext context, String tenant, String executionId) {
    return context.getBean(ExecutionRepositoryInterface.class)
        .find(null, tenant, null, null, null, null, null, null, null, executionId)
        .collectList()
        .block();
  }
}
