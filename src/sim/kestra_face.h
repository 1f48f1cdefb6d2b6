// Kestra's webhook as the outside sees it: takes events, answers as Kestra does, and keeps what came.
//
// Answers follow recordings of Kestra 2.0.0. Lives on the fabric's loop.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "api/http_server.h"
#include "net/loop.h"
#include "sim/fault.h"

namespace dm::sim {

// One POST that reached the webhook.
struct Arrival {
  std::uint64_t sequence = 0;  // 1, 2, …
  std::string time;            // RFC 3339
  std::string event_id;        // of the body, else of X-Event-Id
  std::string header_event_id;
  int status = 0;              // answered, or meant to be
  bool is_accepted = false;    // an execution began
  bool is_answered = true;     // false: the answer was withheld
  bool is_duplicate = false;   // an accepted one had this event_id
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

class KestraFace {
 public:
  struct Options {
    std::string space = "network.fabric", flow = "drift-detected", key = "drift-monitor-demo-key";
    const core::Clock* clock = nullptr;
    std::function<void(const Arrival&)> on_arrival;  // may be empty
  };
  KestraFace(Options options, net::Loop& loop);

  void handle(const api::Request& request, api::Respond respond);
  void set_fault(FaultPlan plan) { fault_ = std::move(plan); }
  const FaultPlan& fault() const { return fault_; }

  // Path of the webhook, key included; `{key}` instead of it when masked.
  std::string webhook_path(bool is_masked = false) const;

  // Answers with the arrivals behind `since`, at once when there is one, else when one comes or `wait` is
  // over: {"items": […], "next": sequence of the newest}.
  void list(std::uint64_t since, bool accepted_only, core::Duration wait, api::Respond respond);
  void forget();
  std::uint64_t newest() const { return newest_; }

 private:
  static constexpr std::size_t kKept = 20'000;
  struct Waiter {
    std::uint64_t since = 0;
    bool accepted_only = false;
    api::Respond respond;
    std::unique_ptr<net::Timer> timer;
    bool is_over = false;
  };

  api::Response judge(const api::Request& request) const;
  void record(const api::Request& request, const api::Response& answer, bool is_answered);
  std::string page(std::uint64_t since, bool accepted_only) const;
  bool has_news(std::uint64_t since, bool accepted_only) const;
  void wake();

  Options options_;
  net::Loop& loop_;
  FaultPlan fault_;
  std::deque<Arrival> arrivals_;
  std::uint64_t newest_ = 0;
  std::set<std::string> accepted_ids_;
  std::list<Waiter> waiters_;
  std::vector<api::Respond> hanging_;
};

}  // namespace dm::sim
