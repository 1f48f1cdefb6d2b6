// The lab's ten switches against the intent their NetBox implies, change by change, without a stream:
// the same data goes through real streams in tests/e2e.
#include <gtest/gtest.h>

#include "fleet/lab.h"
#include "fleet/monitor.h"
#include "schema/profile.h"

namespace dm::fleet {
namespace {

using lab::Json;
using lab::read;
using lab::to_expectation;
using lab::to_path;
using lab::to_value;

class Lab : public testing::Test {
 protected:
  Lab() : profile_(schema::load_profile("arista-eos").profile), intent_(read("intent.json")) {}

  bool is_subscribed(const model::Path& path) const {
    for (const schema::ProfilePath& subscribed : profile_->paths) {
      if (subscribed.mode == schema::PathMode::OnChange && model::covers(subscribed.path, path)) return true;
    }
    return false;
  }

  using Lists = std::map<std::string, model::ListPolicy>;
  // The lists that the lab's NetBox fills completely, all under one policy.
  Lists all_lists(model::ListPolicy policy) const {
    Lists lists;
    for (const auto& [list, ignored] : intent_["lists"].items()) lists[list] = policy;
    return lists;
  }

  std::unique_ptr<Monitor> make_monitor(const std::string& device, const Lists& lists) {
    MonitorSpec spec{.device = device, .profile = profile_};
    Areas areas;
    for (const schema::ProfilePath& path : profile_->paths) {
      if (path.mode == schema::PathMode::OnChange) areas[path.area].push_back(path.path);
    }
    spec.areas = std::make_shared<const Areas>(std::move(areas));
    spec.rules.lists = lists;
    auto wanted = std::make_shared<model::DeviceIntent>();
    const Json& from = intent_["devices"][device];
    for (const Json* leaves : {&from["leaves"], &from["ext"]["leaves"], &from["get"]["leaves"]}) {
      for (const auto& [path, value] : leaves->items()) wanted->leaves.push_back(to_expectation(path, value));
    }
    for (const Json* entries : {&from["entries"], &from["ext"]["entries"]}) {
      for (const Json& entry : *entries) wanted->entries.push_back({to_path(entry.get<std::string>()), {"file", "", ""}});
    }
    auto monitor = std::make_unique<Monitor>(Monitor::Context{log_, metrics_, paths_, {}}, spec, drift::Lifecycle(spec.device, spec.lifecycle, {}));
    monitor->set_intent(wanted, "", now());
    monitor->stream_begins(now());
    model::UpdateBatch dump;
    const Json recorded = read("devices/" + device + ".json");
    for (const Json& leaf : recorded["leaves"]) say(dump, leaf);
    dump.sync = true;
    monitor->apply(dump, now());
    return monitor;
  }

  void say(model::UpdateBatch& batch, const Json& leaf) {
    const model::Path path = schema::canonicalise(*profile_, to_path(leaf["path"].get<std::string>()));
    if (!is_subscribed(path)) return;
    const auto offset = static_cast<std::uint32_t>(batch.bytes.size());
    model::encode(to_value(leaf["value"]), batch.bytes);
    batch.sets.push_back({paths_.intern(path), offset, static_cast<std::uint32_t>(batch.bytes.size()) - offset});
  }

  void play(Monitor& monitor, const Json& messages) {
    for (const Json& message : messages) {
      model::UpdateBatch batch;
      const Json deletes = message.value("delete", Json::array()), updates = message.value("update", Json::array());
      for (const Json& path : deletes) {
        batch.exact_deletes.push_back(paths_.intern(to_path(path.get<std::string>())));
      }
      for (const Json& leaf : updates) say(batch, leaf);
      monitor.apply(batch, now());
    }
  }

  static Json told(const Monitor& monitor) {
    Json all = Json::array();
    for (const model::Difference& d : monitor.differences()) {
      all.push_back({{"kind", model::to_text(d.kind)},
                     {"object", d.path_text},
                     {"desired", Json::parse(model::to_json(d.desired))},
                     {"current", Json::parse(model::to_json(d.current))}});
    }
    return all;
  }

  bool is_documented(const std::string& device, const std::string& list) const {
    const Json& from = intent_["devices"][device];
    for (const Json* entries : {&from["entries"], &from["ext"]["entries"]}) {
      for (const Json& entry : *entries) {
        if (model::schema_text(to_path(entry.get<std::string>())) == list) return true;
      }
    }
    return false;
  }

  // Plays every change from a fresh device and undoes it; `expectation` names the change's list of
  // differences that counts. Returns how many were played.
  std::size_t play_all(const Lists& lists, const std::function<const char*(const Json& change)>& expectation);

  drift::Now now() const { return {clock_.steady_now(), clock_.wall_now()}; }

  core::FakeClock clock_;
  core::Logger log_{core::LogLevel::Error, core::LogFormat::Text};
  metrics::Registry metrics_;
  model::PathTable paths_{schema::classify};
  std::shared_ptr<const schema::Profile> profile_;
  Json intent_;
};

// Expected against told: kind, object and, for leaves, both values. Entry objects may differ in what is
// subscribed, so of them only the members that both have are compared.
std::string disagreement(Json expected, const Json& is) {
  std::erase_if(expected.get_ref<Json::array_t&>(), [](const Json& e) { return e["kind"] == "none" || e.value("tier", "") == "get"; });
  if (expected.size() != is.size()) return "expected " + expected.dump() + "\n     is " + is.dump();
  for (const Json& wanted : expected) {
    const auto found = std::find_if(is.begin(), is.end(), [&](const Json& d) { return d["object"] == wanted["object"]; });
    if (found == is.end() || (*found)["kind"] != wanted["kind"]) return "no " + wanted.dump() + "\n     is " + is.dump();
    for (const char* side : {"desired", "current"}) {
      if (!wanted[side].is_object()) {
        if ((*found)[side] != wanted[side]) return std::string(side) + " of " + wanted.dump() + "\n     is " + found->dump();
        continue;
      }
      for (const auto& [name, value] : wanted[side].items()) {
        if ((*found)[side].contains(name) && (*found)[side][name] != value) return std::string(side) + " of " + wanted.dump() + "\n     is " + found->dump();
      }
    }
  }
  return {};
}

std::size_t Lab::play_all(const Lists& lists, const std::function<const char*(const Json& change)>& expectation) {
  std::size_t played = 0;
  const Json changes = read("changes.json");
  for (const Json& change : changes) {
    const auto monitor = make_monitor(change["device"].get<std::string>(), lists);
    play(*monitor, change["messages"]);
    const auto needs = change.value("needs", Json::array());
    const bool needs_get = std::find(needs.begin(), needs.end(), "get") != needs.end();
    if (!needs_get) {
      EXPECT_EQ(disagreement(change[expectation(change)], told(*monitor)), "") << change["id"];
    }
    play(*monitor, change["revert"]);
    EXPECT_EQ(told(*monitor), Json::array()) << change["id"] << " undone";
    ++played;
  }
  return played;
}

TEST_F(Lab, NothingDriftsAtTheStart) {
  for (const Lists& lists : {all_lists(model::ListPolicy::Authoritative), Lists{}}) {
    for (const auto& [device, intent] : intent_["devices"].items()) {
      EXPECT_EQ(told(*make_monitor(device, lists)), Json::array()) << device;
    }
  }
}

TEST_F(Lab, EveryChangeGivesExactlyItsDifferencesAndUndoneNone) {
  EXPECT_EQ(play_all(all_lists(model::ListPolicy::Authoritative), [](const Json&) { return "expect"; }), 61U);
}

TEST_F(Lab, WhereExtraEntriesAreNobodysBusinessTheyAreNotTold) {
  EXPECT_EQ(play_all(all_lists(model::ListPolicy::AtLeast), [](const Json& change) {
              return change.contains("expect_at_least") ? "expect_at_least" : "expect";
            }), 61U);
}

// Extra VLANs, VNIs and neighbors are told where some are documented; extra interfaces and addresses
// are not.
TEST_F(Lab, ShippedPoliciesTellExtraEntriesOfWhatIsDocumentedByNature) {
  std::size_t tolerated = 0, told_anyway = 0;
  const auto expectation = [&](const Json& change) {
    if (!change.contains("expect_at_least")) return "expect";
    const Json& lists = change["policy_sensitive"];
    const bool is_tolerated = std::all_of(lists.begin(), lists.end(), [&](const Json& list) {
      return profile_->lists.at(list.get<std::string>()) == model::ListPolicy::AtLeast ||
             !is_documented(change["device"].get<std::string>(), list.get<std::string>());
    });
    ++(is_tolerated ? tolerated : told_anyway);
    return is_tolerated ? "expect_at_least" : "expect";
  };

  EXPECT_EQ(play_all({}, expectation), 61U);
  EXPECT_EQ(tolerated, 5U);  // among them the VNI of leaf3, which documents none
  EXPECT_EQ(told_anyway, 2U);
}

}  // namespace
}  // namespace dm::fleet
