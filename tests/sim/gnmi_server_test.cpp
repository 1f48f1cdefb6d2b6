#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "sim/schema_tree.h"
#include "sim/subscriber.h"
#include "sim/fabric_fixture.h"
#include "sim/gnmi_client.h"

namespace dm::sim {
namespace {

std::vector<std::string> profile_paths() {
  std::ifstream in(kLabDirectory + "/intent.json");
  const Json intent = Json::parse(in, nullptr, false);
  std::vector<std::string> paths;
  for (const char* list : {"subscription", "subscription_ext"}) {
    for (const Json& path : intent.at(list)) paths.push_back(path.get<std::string>());
  }
  return paths;
}

bool is_shown(const std::vector<std::string>& patterns, const model::Path& path) {
  for (const std::string& pattern : patterns) {
    if (shows(*model::parse_path(pattern), path)) return true;
  }
  return false;
}

// The message as this subscription must show it.
Message filtered(const Message& message, const std::vector<std::string>& patterns) {
  Message out;
  for (const LeafValue& leaf : message.updates) {
    if (is_shown(patterns, leaf.path)) out.updates.push_back(leaf);
  }
  for (const model::Path& path : message.deletes) {
    for (const std::string& pattern : patterns) {
      if (model::match(*model::parse_path(pattern), path) == model::Match::None) continue;
      out.deletes.push_back(path);
      break;
    }
  }
  return out;
}

void expect_same(const ::gnmi::Notification& said, const Message& meant, const std::string& where) {
  ASSERT_EQ(said.update_size(), static_cast<int>(meant.updates.size())) << where;
  ASSERT_EQ(said.delete__size(), static_cast<int>(meant.deletes.size())) << where;
  for (int i = 0; i < said.update_size(); ++i) {
    const LeafValue& leaf = meant.updates[static_cast<std::size_t>(i)];
    EXPECT_EQ(text_of(said.update(i).path()), model::to_text(leaf.path)) << where;
    EXPECT_EQ(value_of(said.update(i).val()), leaf.value) << where;
  }
  for (int i = 0; i < said.delete__size(); ++i) {
    EXPECT_EQ(text_of(said.delete_(i)), model::to_text(meant.deletes[static_cast<std::size_t>(i)])) << where;
  }
}

grpc::Status refused(Fabric& fabric, const ::gnmi::SubscribeRequest& request) {
  GnmiStream stream(connect_to(fabric.device_address("leaf1")), "admin", "admin");
  stream.send(request);
  ::gnmi::SubscribeResponse response;
  while (stream.read(response)) {
  }
  return stream.finish();
}

grpc::Status refused(Fabric& fabric, const std::string& path) {
  ::gnmi::SubscribeRequest request;
  *request.mutable_subscribe()->add_subscription()->mutable_path() = proto_path(path);
  return refused(fabric, request);
}

TEST(SimGnmi, FirstDumpIsWhatTheSubscriptionShowsOfTheDeviceFile) {
  const auto fabric = start_fabric({});
  const auto paths = profile_paths();
  ASSERT_EQ(fabric->device_names().size(), 10U);
  for (const LabDevice& device : shared_lab().devices) {
    std::map<std::string, model::Value> expected;
    for (const LeafValue& leaf : device.leaves) {
      if (is_shown(paths, leaf.path)) expected[model::to_text(leaf.path)] = leaf.value;
    }
    GnmiStream stream(connect_to(fabric->device_address(device.name)), "admin", "admin");
    stream.subscribe(paths);

    EXPECT_EQ(stream.read_dump(), expected) << device.name;
    EXPECT_GT(expected.size(), 200U) << device.name;
  }
}

TEST(SimGnmi, SpeaksLeafByLeafWithoutPrefixAtTimesOfLastChange) {
  const auto fabric = start_fabric({"leaf1"});
  GnmiStream stream(connect_to(fabric->device_address("leaf1")), "admin", "admin");
  stream.subscribe({"/interfaces/interface/config"});

  stream.read_dump();

  std::set<std::int64_t> times;
  for (const auto& message : stream.dump_messages) {
    EXPECT_EQ(message.update_size(), 1);
    EXPECT_FALSE(message.has_prefix());
    times.insert(message.timestamp());
  }
  EXPECT_EQ(times.size(), stream.dump_messages.size());
}

TEST(SimGnmi, EveryScriptedChangeArrivesAsWritten) {
  const auto fabric = start_fabric({});
  const auto paths = profile_paths();
  std::size_t compared = 0;
  for (const Change& change : shared_lab().changes) {
    order(*fabric, change.device, "restart");
    GnmiStream stream(connect_to(fabric->device_address(change.device)), "admin", "admin");
    stream.subscribe(paths);
    stream.read_dump();

    order(*fabric, change.device, "change/" + change.id);
    order(*fabric, change.device, "revert/" + change.id);

    std::vector<Message> all = change.messages;
    all.insert(all.end(), change.revert.begin(), change.revert.end());
    for (const Message& message : all) {
      const Message meant = filtered(message, paths);
      if (meant.updates.empty() && meant.deletes.empty()) continue;
      expect_same(stream.read_notification(), meant, change.id);
      ++compared;
    }
  }
  EXPECT_GT(compared, 100U);
}

TEST(SimGnmi, UnknownPathsAreRefusedAsEosDoes) {
  const auto fabric = start_fabric({"leaf1"});

  const grpc::Status root = refused(*fabric, "/bogus");
  const grpc::Status deep = refused(*fabric, "/interfaces/interface[name=*]/config/nonsense");

  EXPECT_EQ(root.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(root.error_message(),
            "failed to subscribe to /bogus: path invalid: failed to access node \"bogus\" in node \"\"");
  EXPECT_EQ(deep.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_NE(deep.error_message().find("failed to access node \"nonsense\" in node \"config\""), std::string::npos);
}

TEST(SimGnmi, OtherRequestsThatEosRefuses) {
  const auto fabric = start_fabric({"leaf1"});
  ::gnmi::SubscribeRequest poll, origin, nothing;
  poll.mutable_subscribe()->set_mode(::gnmi::SubscriptionList::POLL);
  *poll.mutable_subscribe()->add_subscription()->mutable_path() = proto_path("/system");
  origin.mutable_subscribe()->add_subscription()->mutable_path()->set_origin("eos_native");

  EXPECT_EQ(refused(*fabric, poll).error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(refused(*fabric, origin).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(refused(*fabric, nothing).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(SimGnmi, ASecondRequestOnAStreamIsRefused) {
  const auto fabric = start_fabric({"leaf1"});
  GnmiStream stream(connect_to(fabric->device_address("leaf1")), "admin", "admin");
  stream.subscribe({"/system/config/hostname"});
  stream.read_dump();

  stream.subscribe({"/system/config/hostname"});

  ::gnmi::SubscribeResponse response;
  EXPECT_FALSE(stream.read(response));
  EXPECT_EQ(stream.finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(SimGnmi, ValidPathsWithoutLeavesAreAccepted) {
  const auto fabric = start_fabric({"spine1"});
  GnmiStream stream(connect_to(fabric->device_address("spine1")), "admin", "admin");
  stream.subscribe({"/interfaces/interface[name=Ethernet99]/config",
                    "/interfaces/interface/subinterfaces/subinterface/ipv6/addresses"});

  EXPECT_TRUE(stream.read_dump().empty());
}

TEST(SimGnmi, PathsMayBeSpelledInManyWays) {
  const auto fabric = start_fabric({"leaf1"});
  ::gnmi::SubscribeRequest request;
  ::gnmi::SubscriptionList* list = request.mutable_subscribe();
  list->mutable_prefix()->set_origin("openconfig");
  list->mutable_prefix()->add_elem()->set_name("openconfig-interfaces:interfaces");
  ::gnmi::PathElem* interface = list->add_subscription()->mutable_path()->add_elem();
  interface->set_name("interface");
  (*interface->mutable_key())["name"] = "Vxlan1";
  list->mutable_subscription(0)->mutable_path()->add_elem()->set_name("arista-exp-eos-vxlan:arista-vxlan");
  list->mutable_subscription(0)->mutable_path()->add_elem()->set_name("*");
  GnmiStream stream(connect_to(fabric->device_address("leaf1")), "admin", "admin");
  stream.send(request);

  const auto leaves = stream.read_dump();

  EXPECT_EQ(leaves.at("/interfaces/interface[name=Vxlan1]/arista-vxlan/config/src-ip-intf"), model::Value("Loopback1"));
}

TEST(SimGnmi, OnceEndsAfterTheDump) {
  const auto fabric = start_fabric({"leaf1"});
  GnmiStream stream(connect_to(fabric->device_address("leaf1")), "admin", "admin");
  stream.subscribe({"/system/config/hostname"}, ::gnmi::SubscriptionList::ONCE);

  EXPECT_EQ(stream.read_dump().size(), 1U);
  ::gnmi::SubscribeResponse response;
  EXPECT_FALSE(stream.read(response));
  EXPECT_TRUE(stream.finish().ok());
}

TEST(SimGnmi, SamplesAreRepeated) {
  const auto fabric = start_fabric({"leaf1"});
  ::gnmi::SubscribeRequest request;
  ::gnmi::Subscription* subscription = request.mutable_subscribe()->add_subscription();
  *subscription->mutable_path() = proto_path("/system/config/hostname");
  subscription->set_mode(::gnmi::SAMPLE);
  subscription->set_sample_interval(1'000'000);
  GnmiStream stream(connect_to(fabric->device_address("leaf1")), "admin", "admin");
  stream.send(request);
  stream.read_dump();

  EXPECT_EQ(value_of(stream.read_notification().update(0).val()), model::Value("leaf1"));
  EXPECT_EQ(value_of(stream.read_notification().update(0).val()), model::Value("leaf1"));
}

TEST(SimGnmi, WrongCredentialsAreRefused) {
  const auto fabric = start_fabric({"leaf1"});
  GnmiStream stream(connect_to(fabric->device_address("leaf1")), "admin", "wrong");
  stream.subscribe({"/system"});

  ::gnmi::SubscribeResponse response;
  EXPECT_FALSE(stream.read(response));
  const grpc::Status status = stream.finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(status.error_message(), "Authentication failed");
}

TEST(SimGnmi, GetShowsTheTreesThatAreNotStreamed) {
  const auto fabric = start_fabric({"leaf1"});
  const auto channel = connect_to(fabric->device_address("leaf1"));
  const auto stub = ::gnmi::gNMI::NewStub(channel);
  grpc::ClientContext context;
  context.AddMetadata("username", "admin");
  context.AddMetadata("password", "admin");
  ::gnmi::GetRequest request;
  *request.add_path() = proto_path("/arista/eos/mlag");
  ::gnmi::GetResponse response;

  ASSERT_TRUE(stub->Get(&context, request, &response).ok());
  GnmiStream stream(channel, "admin", "admin");
  stream.subscribe({"/arista/eos/mlag"});

  ASSERT_EQ(response.notification_size(), 1);
  EXPECT_GT(response.notification(0).update_size(), 3);
  EXPECT_TRUE(stream.read_dump().empty());
}

TEST(SimGnmi, CapabilitiesNameTheEncodings) {
  const auto fabric = start_fabric({"leaf1"});
  const auto stub = ::gnmi::gNMI::NewStub(connect_to(fabric->device_address("leaf1")));
  grpc::ClientContext context;
  context.AddMetadata("username", "admin");
  context.AddMetadata("password", "admin");
  ::gnmi::CapabilityResponse response;

  ASSERT_TRUE(stub->Capabilities(&context, {}, &response).ok());

  EXPECT_EQ(response.gnmi_version(), "0.7.0");
  EXPECT_EQ(response.supported_encodings_size(), 3);
  EXPECT_GT(response.supported_models_size(), 3);
}

TEST(SimGnmi, CapabilitiesAreAMatterOfManners) {
  const auto fabric = start_fabric({"leaf1"});
  const auto stub = ::gnmi::gNMI::NewStub(connect_to(fabric->device_address("leaf1")));
  ::gnmi::CapabilityResponse response;
  const auto ask = [&] {
    grpc::ClientContext context;
    context.AddMetadata("username", "admin");
    context.AddMetadata("password", "admin");
    return stub->Capabilities(&context, {}, &response).error_code();
  };

  order(*fabric, "leaf1", "manners", R"({"gnmi_version": "0.8.0", "model_version": "2.1.0"})");
  EXPECT_EQ(ask(), grpc::StatusCode::OK);
  EXPECT_EQ(response.gnmi_version(), "0.8.0");
  EXPECT_EQ(response.supported_models(0).version(), "2.1.0");
  order(*fabric, "leaf1", "manners", R"({"capabilities": false})");
  EXPECT_EQ(ask(), grpc::StatusCode::UNIMPLEMENTED);
}

TEST(SimGnmi, TellsTheEndOfACommitToWhoAskedForIt) {
  const auto fabric = start_fabric({"leaf1"});
  const auto channel = connect_to(fabric->device_address("leaf1"));
  GnmiStream stream(channel, "admin", "admin"), other(channel, "admin", "admin");
  ::gnmi::SubscribeRequest request;
  request.mutable_subscribe()->add_subscription()->mutable_path();
  request.add_extension()->mutable_config_subscription()->mutable_start();
  stream.send(request);
  other.subscribe({"/"});
  const auto leaves = stream.read_dump(), all = other.read_dump();
  EXPECT_FALSE(leaves.contains("/interfaces/interface[name=Ethernet1]/state/counters/in-octets"));
  EXPECT_TRUE(leaves.contains("/system/config/hostname"));
  EXPECT_GT(all.size(), leaves.size()) << "configuration only";

  order(*fabric, "leaf1", "apply", R"({"messages": [{"update": [{"path": "/system/config/hostname", "value": "half"}]}], "commit": false})");
  order(*fabric, "leaf1", "apply", R"({"messages": [{"update": [{"path": "/system/config/hostname", "value": "whole"}]}]})");
  order(*fabric, "leaf1", "apply", R"({"messages": [{"update": [{"path": "/system/config/hostname", "value": "after"}]}]})");

  std::vector<std::string> said;
  for (::gnmi::SubscribeResponse response; said.size() < 5 && stream.read(response);) {
    const auto& done = response.extension_size() > 0 ? response.extension(0).config_subscription().sync_done() : ::gnmi_ext::ConfigSubscriptionSyncDone();
    said.push_back(done.done() ? "commit " + done.server_commit_id() : response.update().update(0).val().string_val());
  }
  EXPECT_EQ(said, (std::vector<std::string>{"half", "whole", "commit 1", "after", "commit 2"}));
  for (const char* value : {"half", "whole", "after"}) EXPECT_EQ(other.read_notification().update(0).val().string_val(), value);
}

TEST(SimGnmi, NoiseMovesCountersAndRepeatsConfiguration) {
  const auto fabric = start_fabric({"leaf1"});
  GnmiStream stream(connect_to(fabric->device_address("leaf1")), "admin", "admin");
  stream.subscribe({"/"});
  const auto before = stream.read_dump();

  order(*fabric, "leaf1", "noise");

  ::gnmi::Notification said = stream.read_notification();
  while (said.update_size() == 1) {
    EXPECT_EQ(value_of(said.update(0).val()), before.at(text_of(said.update(0).path())));
    said = stream.read_notification();
  }
  for (const auto& update : said.update()) {
    EXPECT_NE(text_of(update.path()).find("/counters/"), std::string::npos);
    EXPECT_NE(value_of(update.val()), before.at(text_of(update.path())));
  }
}

TEST(SimGnmi, TlsWithItsOwnCertificate) {
  Fabric::Options options;
  options.lab = loaded_lab();
  options.devices = {"leaf1"};
  options.is_tls = true;
  const auto fabric = Fabric::start(std::move(options));
  ASSERT_TRUE(fabric);
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = (*fabric)->certificate();
  GnmiStream stream(grpc::CreateChannel((*fabric)->device_address("leaf1"), grpc::SslCredentials(tls)), "admin", "admin");
  stream.subscribe({"/system/config/hostname"});

  EXPECT_EQ(stream.read_dump().size(), 1U);
}

}  // namespace
}  // namespace dm::sim
