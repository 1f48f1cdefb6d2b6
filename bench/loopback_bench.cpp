// Over real sockets: many devices of bench-peer (a process of its own) on one loop. CPU is that of the
// loop's thread alone, system calls included.
#include <benchmark/benchmark.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "lab_device.h"
#include "ranges.h"

extern char** environ;  // NOLINT: POSIX

namespace dm::bench {
namespace {

using namespace std::chrono_literals;

class PeerProcess {
 public:
  explicit PeerProcess(std::vector<std::string> arguments) {
    int ends[2];
    CHECK(::pipe(ends) == 0, "a pipe");
    arguments.insert(arguments.begin(), DM_BENCH_PEER);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    CHECK(::posix_spawn(&pid_, DM_BENCH_PEER, &actions, nullptr, argv.data(), environ) == 0, "bench-peer starts");
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    char text[16] = {};
    CHECK(::read(ends[0], text, sizeof text - 1) > 0, "bench-peer says its port");
    ::close(ends[0]);
    port_ = static_cast<std::uint16_t>(std::stoi(text));
  }
  ~PeerProcess() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  PeerProcess(const PeerProcess&) = delete;
  PeerProcess& operator=(const PeerProcess&) = delete;
  std::uint16_t port() const { return port_; }

 private:
  pid_t pid_ = 0;
  std::uint16_t port_ = 0;
};

double thread_cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

std::uint64_t messages_of(const std::vector<std::unique_ptr<fleet::Device>>& devices) {
  std::uint64_t sum = 0;
  for (const auto& device : devices) sum += device->status()->messages;
  return sum;
}

// The loop runs on this thread for so long.
void run_for(net::Loop& loop, core::Duration duration) {
  net::Timer timer(loop);
  timer.after(duration, [&loop] { loop.stop(); });
  loop.run();
}

void measure(benchmark::State& state, std::size_t count, std::size_t per_message, std::uint64_t rate, core::Duration duration) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  const PeerProcess peer({"--leaves", "500", "--load", std::to_string(per_message), "--rate", std::to_string(rate)});
  LabShard shard;
  std::vector<std::unique_ptr<fleet::Device>> devices;
  const double began = thread_cpu_seconds();
  for (std::size_t i = 0; i < count; ++i) {
    fleet::DeviceSpec spec = shard.spec("device" + std::to_string(i));
    spec.session.transport.port = peer.port();
    devices.push_back(std::make_unique<fleet::Device>(shard.context(), std::move(spec), LabShard::newcomer("device" + std::to_string(i))));
    devices.back()->set_intent(shard.intent, "");
    devices.back()->start();
  }
  const auto is_live = [](const auto& device) { return device->monitor().freshness() == model::Freshness::Live; };
  while (!std::all_of(devices.begin(), devices.end(), is_live)) run_for(shard.loop, 50ms);
  state.counters["CPU-ms/connect"] = 1e3 * (thread_cpu_seconds() - began) / static_cast<double>(count);
  run_for(shard.loop, 500ms);

  for (auto _ : state) {
    const std::uint64_t messages_before = messages_of(devices);
    const double cpu_before = thread_cpu_seconds();
    run_for(shard.loop, duration);
    const double cpu = thread_cpu_seconds() - cpu_before;
    const auto messages = static_cast<double>(messages_of(devices) - messages_before);
    state.SetIterationTime(cpu);
    state.counters["messages/CPU-s"] = messages / cpu;
    state.counters["leaves/CPU-s"] = messages * static_cast<double>(per_message) / cpu;
    state.counters["CPU-us/message"] = 1e6 * cpu / messages;
    state.counters["messages/s"] = messages / std::chrono::duration<double>(duration).count();
  }
  for (const auto& device : devices) CHECK(device->monitor().differences().empty(), "nothing drifted");
}

void LoopbackBulk(benchmark::State& state) { measure(state, 100, static_cast<std::size_t>(state.range(0)), 0, 2s); }
// 1,000 devices, each message by itself.
void LoopbackSparse(benchmark::State& state) { measure(state, 1000, 1, static_cast<std::uint64_t>(state.range(0)), 4s); }

BENCHMARK(LoopbackBulk)->Arg(1)->Arg(20)->Iterations(1)->UseManualTime()->Apply(with_range);
BENCHMARK(LoopbackSparse)->Arg(2000)->Arg(20000)->Iterations(1)->UseManualTime()->Apply(with_range);

}  // namespace
}  // namespace dm::bench
