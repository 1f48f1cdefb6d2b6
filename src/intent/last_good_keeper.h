// When the last good reading of the remote source is put on disk, and taken from there.
//
// A reading that changed something is written at once, but not more often than kEvery: what came in between is written
// then, or at the end. One that changed nothing touches the file. Trouble with the file is logged once and changes no
// verdict. Lives on the intent thread.
#pragma once

#include <optional>
#include <string>

#include "core/clock.h"
#include "core/log.h"
#include "intent/last_good.h"
#include "metrics/registry.h"

namespace dm::intent {

class LastGoodKeeper {
 public:
  static constexpr core::Duration kEvery = std::chrono::minutes(1);

  // An empty `file`: nothing is kept.
  LastGoodKeeper(std::string file, std::size_t most_bytes, core::Logger& logger, metrics::Registry& registry)
      : file_(std::move(file)), most_bytes_(most_bytes), logger_(&logger), registry_(&registry) {}

  // What the file holds, if it is of this source and scope.
  std::optional<LastGood> restore(const std::string& source, const std::string& scope);

  void note(LastGood good, core::SteadyTime now);
  std::optional<core::SteadyTime> due() const;
  void write_due(core::SteadyTime now);
  void flush();  // what waits is written now

  const std::string& file() const { return file_; }

 private:
  void say(const core::Error& error);

  std::string file_;
  std::size_t most_bytes_;
  core::Logger* logger_;
  metrics::Registry* registry_;
  std::shared_ptr<const Loaded> written_;
  std::optional<LastGood> waiting_;
  core::SteadyTime next_write_{};
  std::string said_;
};

}  // namespace dm::intent
