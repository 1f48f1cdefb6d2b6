// A running fabric of a few switches for tests, and JSON answers of its control API.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "sim/fabric.h"
#include "sim/json_value.h"
#include "sim/lab.h"
#include "source_dir.h"

namespace dm::sim {

inline const std::string kLabDirectory = tests::source_path("lab");

// Read once for all tests of a program.
inline std::shared_ptr<const Lab> loaded_lab() {
  static const auto lab = [] {
    auto loaded = load_lab(kLabDirectory);
    EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().message);
    return std::make_shared<const Lab>(loaded ? *std::move(loaded) : Lab{});
  }();
  return lab;
}
inline const Lab& shared_lab() { return *loaded_lab(); }

inline std::unique_ptr<Fabric> start_fabric(std::vector<std::string> devices) {
  Fabric::Options options;
  options.lab = loaded_lab();
  options.devices = std::move(devices);
  auto fabric = Fabric::start(std::move(options));
  EXPECT_TRUE(fabric) << (fabric ? "" : fabric.error().message);
  return fabric ? *std::move(fabric) : nullptr;
}

inline Json json_of(const api::Response& response) { return Json::parse(response.body, nullptr, false); }

// POST to a switch's control; the answer must be 200.
inline Json order(Fabric& fabric, const std::string& device, const std::string& verb, const std::string& body = {}) {
  const api::Response response = fabric.call("POST", "/control/devices/" + device + "/" + verb, body);
  EXPECT_EQ(response.status, 200) << response.body;
  return json_of(response);
}

}  // namespace dm::sim
