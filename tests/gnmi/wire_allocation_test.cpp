// The hot path allocates nothing: counted with the program's own operator new.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gnmi/wire_oracle.h"

// Sanitizers bring an operator new of their own.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include "fakes/counting_new.h"

namespace dm::gnmi::testing {
namespace {

TEST(WireAllocation, NothingIsAllocatedForWhatIsKnown) {
  ::gnmi::SubscribeResponse response;
  auto* notification = response.mutable_update();
  notification->set_timestamp(1);
  notification->mutable_prefix()->set_origin("openconfig");
  for (int i = 0; i < 20; ++i) {
    auto* update = notification->add_update();
    for (const char* name : {"interfaces", "interface", "config"}) update->mutable_path()->add_elem()->set_name(name);
    auto& key = *update->mutable_path()->mutable_elem(1)->mutable_key();
    key["name"] = "Ethernet" + std::to_string(i);
    update->mutable_path()->add_elem()->set_name("leaf" + std::to_string(i));
    switch (i % 5) {
      case 0: update->mutable_val()->set_string_val("a description longer than any small string"); break;
      case 1: update->mutable_val()->set_uint_val(9000); break;
      case 2: update->mutable_val()->set_bool_val(true); break;
      case 3: update->mutable_val()->mutable_leaflist_val()->add_element()->set_string_val("20..22"); break;
      default: update->mutable_val()->set_json_ietf_val("\"openconfig-vlan-types:TPID_0X8100\""); break;
    }
  }
  notification->add_delete_()->add_elem()->set_name("gone");
  const std::string message = response.SerializeAsString();
  const schema::Profile profile;
  model::PathTable paths(nullptr);
  WireReader reader(profile, paths, core::Limits{});
  model::UpdateBatch batch;
  ASSERT_TRUE(reader.read(as_bytes(message), batch));
  ASSERT_EQ(batch.sets.size(), 20U);

  const std::uint64_t before = fakes::allocations;
  for (int i = 0; i < 100; ++i) (void)reader.read(as_bytes(message), batch).has_value();
  const std::uint64_t after = fakes::allocations;

  EXPECT_EQ(after - before, 0U);
  EXPECT_EQ(batch.sets.size(), 20U);
}

}  // namespace
}  // namespace dm::gnmi::testing

#endif
