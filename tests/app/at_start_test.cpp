#include "app/at_start.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/text.h"

namespace dm::app {
namespace {

using Keys = std::vector<std::string>;

TEST(AtStart, NamesWhatWaitsForARestartAndNothingElse) {
  config::Settings settings;
  const AtStart start(settings);
  settings.api.tokens_file = "/tokens";
  settings.drift.hold = std::chrono::hours(1);
  settings.log.level = core::LogLevel::Debug;
  EXPECT_EQ(start.needs_restart(settings), Keys{});

  settings.store.path = "/elsewhere.db";
  settings.api.listen = "127.0.0.1:9";
  settings.log.format = core::LogFormat::Json;
  settings.limits.path_depth = 3;
  EXPECT_EQ(start.needs_restart(settings), (Keys{"store.path", "api.listen", "log.format", "limits"}));
}

TEST(AtStart, SeesACertificateThatWasRenewedInPlace) {
  const auto file = std::filesystem::temp_directory_path() / ("dm-cert-" + core::random_id());
  std::ofstream(file) << "one";
  config::Settings settings;
  settings.api.tls_cert_file = file.string();
  const AtStart start(settings);
  EXPECT_EQ(start.needs_restart(settings), Keys{});

  std::ofstream(file) << "two";
  EXPECT_EQ(start.needs_restart(settings), Keys{"api.tls.cert_file"});
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace dm::app
