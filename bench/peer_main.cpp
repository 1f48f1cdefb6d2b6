// bench-peer: simulated devices for benches, all on one port of 127.0.0.1. Prints the port.
#include <CLI/CLI.hpp>
#include <iostream>

#include "core/check.h"
#include "fakes/byte_stream_http2.h"
#include "lab_messages.h"
#include "peer.h"

int main(int argc, char** argv) {
  namespace h2 = dm::fakes::http2;
  CLI::App app{"Simulated gNMI devices for benches: a dump of the lab's leaf1, then a load"};
  std::size_t leaves = 500, per_message = 0;
  dm::bench::PeerOptions options;
  app.add_option("--port", options.port, "of 127.0.0.1; 0: any that is free")->capture_default_str();
  app.add_option("--leaves", leaves, "leaves of each device")->capture_default_str();
  app.add_option("--load", per_message, "leaves of each message that is said again and again; 0: silence")->capture_default_str();
  app.add_option("--rate", options.load_rate, "messages a second over all devices; 0: as many as are taken")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const auto profile = dm::schema::load_profile("arista-eos").profile;
  CHECK(profile != nullptr, "the shipped profile is valid");
  const auto tree = dm::bench::lab_leaves(*profile, leaves);
  options.dump = dm::bench::data_frames(tree, 1) + h2::data(1, h2::message(dm::bench::sync_message()));
  if (per_message > 0) options.load = dm::bench::data_frames(tree, per_message);
  dm::bench::Peer peer(std::move(options));
  std::cout << peer.port() << std::endl;
  peer.run();
}
