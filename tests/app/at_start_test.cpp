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

TEST(AtStart, AnotherCertificateNeedsNoRestartButTlsAtAllDoes) {
  config::Settings settings;
  const AtStart plain(settings);
  settings.api.tls_cert_file = "/a.pem";
  EXPECT_EQ(plain.needs_restart(settings), Keys{"api.tls"});

  const AtStart secure(settings);
  settings.api.tls_cert_file = "/b.pem";
  EXPECT_EQ(secure.needs_restart(settings), Keys{});
}

}  // namespace
}  // namespace dm::app
