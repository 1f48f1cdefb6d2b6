// One path of a device read at a time, by Get or by Subscribe ONCE, on a connection of its own.
//
// The connection is made for the first question and kept until hang_up(). An answer is complete or a failure: half of
// it, or none within the sync deadline, is a failure. Lives on the shard's loop; ask(), hang_up() and destruction are
// allowed inside the callback.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/clock.h"
#include "gnmi/session.h"
#include "gnmi/transport.h"
#include "gnmi/wire.h"
#include "model/path_table.h"
#include "model/update.h"
#include "net/loop.h"
#include "schema/profile.h"

namespace dm::gnmi {

class Reading {
 public:
  // The batch is what the device has of the path, and empty if the end is not Ok.
  using Done = std::function<void(const CallEnd& end, model::UpdateBatch batch)>;

  // Everything is borrowed and outlives this.
  Reading(net::Loop& loop, const core::Clock& clock, const schema::Profile& profile, model::PathTable& paths,
          const SessionSettings& settings)
      : loop_(loop), clock_(clock), profile_(profile), paths_(paths), settings_(settings), timer_(loop) {}
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  bool is_connected() const { return transport_ != nullptr; }
  // Not while a question is open.
  void ask(const model::Path& request, bool by_once, Done done);
  void keep_raw() { keeps_raw_ = true; }
  const std::vector<std::string>& raw() const { return raw_; }  // the messages of the last answer as they came, if that is kept
  void hang_up();  // the open question, if any, is not answered

 private:
  void connect();
  void keep(std::span<const std::uint8_t> message);
  void on_answer(std::span<const std::uint8_t> message);
  void on_part(std::span<const std::uint8_t> message);
  void on_end(CallEnd end);

  net::Loop& loop_;
  const core::Clock& clock_;
  const schema::Profile& profile_;
  model::PathTable& paths_;
  const SessionSettings& settings_;
  net::Timer timer_;  // of the answer
  Done done_;
  std::unique_ptr<WireReader> reader_;
  model::UpdateBatch batch_;
  std::optional<core::Status> answer_;    // of the question
  bool keeps_raw_ = false;
  std::vector<std::string> raw_;
  std::unique_ptr<Transport> transport_;  // last: its handlers use the rest
};

}  // namespace dm::gnmi
