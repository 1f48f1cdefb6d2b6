// One device's subscription, for ever: connect, subscribe, sync, follow, and again after any loss.
//
// Owns the transport and the wire decoder; turns what happens into the callbacks below. Refused
// paths are found by bisection and quarantined, or asked for in a lesser mode; refused logins are tried slowly; a peer silent for
// stale_after is probed and then given up. Reconnect waits are jittered, growing, and reset by a stream
// that synced and lasted. A message with more deletes than the limits allow ends the stream: only a new dump
// tells the truth then. A hub that says the device is gone (`DEL /*`) ends the stream like a loss: nothing it
// sends later would be confirmed by a sync. A device that refuses something is asked what it runs (Capabilities, beside the
// stream), and for everything again when that changes. The rules are in session_state.h. Lives on the shard's loop;
// stop(), retry_now() and destruction are allowed inside every callback.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/backoff.h"
#include "core/log.h"
#include "gnmi/dial_limiter.h"
#include "gnmi/login_guard.h"
#include "gnmi/path_share.h"
#include "gnmi/software.h"
#include "gnmi/stream_counts.h"
#include "gnmi/subscription.h"
#include "gnmi/transport.h"
#include "gnmi/wire_memo.h"
#include "metrics/registry.h"
#include "model/difference.h"
#include "model/path_table.h"
#include "model/update.h"
#include "schema/profile.h"

namespace dm::gnmi {

struct SessionSettings {
  std::string device;
  TransportSettings transport;
  std::string target;                       // gNMI prefix target, usually empty
  std::shared_ptr<const Subscription> subscription = std::make_shared<const Subscription>();
  core::Duration stale_after = std::chrono::seconds(60);
  core::Duration sync_deadline = std::chrono::seconds(120);
  core::BackoffPolicy backoff;
  core::Duration sample_interval = std::chrono::seconds(60);  // of paths asked as SAMPLE
  core::Duration get_interval = std::chrono::seconds(60);     // between two readings of the paths with mode Get
  // Shared by the devices of a shard that have the same profile; null: one of its own.
  std::shared_ptr<PathMemo> memo;
  // Of this device: it outlives a session that is replaced.
  std::shared_ptr<PathShare> path_share = std::make_shared<PathShare>();
  // Shared by all devices of the process; null: no limit. Outlives the session.
  DialLimiter* dials = nullptr;
  // Likewise; null: logins are held back by nothing but this device's own refusals.
  LoginGuard* logins = nullptr;
  // For tests and simulation: a byte stream for each new connection, instead of dialling.
  net::StreamFactory make_stream;
};

struct QuarantinedPath {
  model::Path path;  // as in the settings, not as translated for the request
  GrpcCode code = GrpcCode::Unknown;
  std::string message;
  core::WallTime since{};
};

// A path that is asked for otherwise than configured, because the device refused it so.
struct FallenPath {
  std::size_t source = 0;  // in Subscription::paths
  schema::PathMode mode = schema::PathMode::Sample;  // or Get
  GrpcCode code = GrpcCode::Unknown;  // of the refusal
  std::string message;
};

struct SessionHandlers {
  // Every message of the device's tree as it came, before any other callback about it; for who records.
  std::function<void(std::span<const std::uint8_t>)> on_raw;
  // A new stream began: what follows is a new generation. Freshness is Syncing.
  std::function<void()> on_stream_begin;
  // One message, decoded; the batch is valid only inside the call. batch.sync marks the end of the
  // first dump (Freshness Live).
  std::function<void(const model::UpdateBatch&)> on_batch;
  // The stream is lost or silent, or an attempt to get one failed; the reason is for people. Freshness
  // is Stale. May come several times in a row.
  std::function<void(const std::string& reason)> on_stream_lost;
  // A message of the stream could not be decoded: what it said is lost until the next dump, which is asked for.
  std::function<void()> on_bad_message;
  // The set of quarantined paths, or the mode of one, changed.
  std::function<void()> on_quarantine;
  // The device said what it runs: software(). Changed: since it was last heard, so what it refused is worth asking again.
  std::function<void(bool is_changed)> on_software;
};

class Session {
 public:
  Session(net::Loop& loop, const core::Clock& clock, core::Logger& log, metrics::Registry& metrics,
          std::shared_ptr<const schema::Profile> profile, model::PathTable& paths,
          SessionSettings settings, SessionHandlers handlers);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void start();
  void stop();       // no callback afterwards
  // Asks the peer for a sign of life, if connected: one that has restarted answers that it knows no such connection.
  void probe();
  void spend(std::size_t steps);  // Transport::spend, inside on_batch
  void retry_now();  // a waiting backoff ends (reload); the connection is begun when it is its turn

  // Something that the device said is not held, and only a dump says it again: one is asked for soon, or ever later while
  // that does not help.
  void want_dump();

  // From now on these paths (indexes into Subscription::paths) are asked for in these forms of the profile; a stream that is
  // live begins anew if that changes anything.
  void use_forms(const std::map<std::size_t, std::size_t>& forms);

  // Beside the stream there is something that the device does not take as configured: from now on it is asked what it runs.
  void watch_software();

  const SessionSettings& settings() const;
  const schema::Profile& profile() const;
  const std::vector<QuarantinedPath>& quarantined() const;
  // How devices that share the memo of spellings wrote this path, in text form; for people, and slow.
  std::vector<std::string> spellings(model::PathId path) const;
  const std::vector<FallenPath>& fallen() const;
  const SessionCounters& counters() const;
  std::optional<core::WallTime> certificate_end() const;  // of the device's certificate, while connected by TLS
  const std::optional<Software>& software() const;  // as last heard; a device that takes everything is not asked
  const std::string& last_error() const;  // why the last stream ended, or empty

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // shared only with the callback in progress
};

}  // namespace dm::gnmi
